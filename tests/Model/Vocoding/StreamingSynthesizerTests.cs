using System.Globalization;
using AudioBsq.Signal;
using AudioBsq.Vocoding;
using Xunit.Abstractions;

namespace AudioBsq.Tests.Model.Vocoding;

[NoTensorLeaks]
public class StreamingSynthesizerTests(ITestOutputHelper output)
{
    private const int Bands = 16, Hop = 160;

    [Theory]
    [InlineData(null, 1), InlineData(null, 2), InlineData(0, 1), InlineData(0, 2), InlineData(0, 7)]
    [InlineData(1, 3), InlineData(3, 4), InlineData(5, 2), InlineData(null, 90)]
    [Trait("Speed", "Slow")]
    public void Pieces_GiveTheSoundOfTheWhole(int? lookAhead, int maxFrames)
    {
        using var vocoder = Create(lookAhead);
        var (stream, random) = (new StreamingSynthesizer(vocoder), new Random(maxFrames));
        double worst = 0;
        foreach (int frames in new[] { 1, 2, 3, 5, 6, 7, 13, 90 })
        {
            float[] mel = Small.Mels(frames, frames)[0];
            int samples = random.Next((frames - 1) * Hop, frames * Hop);

            float[] sound = [.. Cut(mel, maxFrames, random).SelectMany(part => stream.Accept(part)), .. stream.Flush(samples)];

            float[] whole = vocoder.Synthesize(mel, samples);
            double peak = whole.Append(1e-9f).Max(MathF.Abs);
            Close.To(whole, sound, 1e-5 * peak, $"{frames} frames");
            worst = Math.Max(worst, whole.Zip(sound, (a, b) => Math.Abs(a - b) / peak).Append(0).Max());
        }

        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{worst:E2} of the peak"));
    }

    [Theory] // windows of 384 frames, and a kernel that sees no neighbours
    [InlineData(null, 5), InlineData(0, 5), InlineData(null, 1)]
    public void LongPieces_GiveTheSoundOfTheWhole(int? lookAhead, int kernel)
    {
        var options = SmallVocoder.Options with { LookAheadFrames = lookAhead, Kernel = kernel };
        using var vocoder = NeuralVocoder.Create(options, SmallVocoder.Mel, device: "cpu");
        float[] mel = Small.Mels(4, 1_000)[0], whole = vocoder.Synthesize(mel);
        var stream = new StreamingSynthesizer(vocoder);

        float[] sound = [.. stream.Accept(mel.AsSpan(0, 900 * Bands)), .. stream.Accept(mel.AsSpan(900 * Bands)), .. stream.Flush()];

        Close.To(whole, sound, 1e-5 * whole.Max(MathF.Abs), "samples");
    }

    [Theory] // overlaps that divide the window, and that do not
    [InlineData(64, 32), InlineData(64, 16), InlineData(128, 50), InlineData(64, 9)]
    public void Hops_OfAnyLength_GiveTheSoundOfTheWhole(int fft, int hop)
    {
        var melOptions = SmallVocoder.Mel with { FftLength = fft, HopLength = hop };
        using var vocoder = NeuralVocoder.Create(SmallVocoder.Options with { LookAheadFrames = 0 }, melOptions, device: "cpu");
        var stream = new StreamingSynthesizer(vocoder);
        float[] mel = Small.Mels(6, 40)[0], whole = vocoder.Synthesize(mel, 40 * hop - 1);

        float[] sound = [.. Cut(mel, 2, new Random(1)).SelectMany(part => stream.Accept(part)), .. stream.Flush(40 * hop - 1)];

        Close.To(whole, sound, 1e-5 * whole.Max(MathF.Abs), "samples");
    }

    [Theory]
    [InlineData(null), InlineData(0), InlineData(3)]
    [Trait("Speed", "Slow")]
    public void LookAhead_SaysHowManySamplesAreOut_AndTheyStand(int? lookAhead)
    {
        using var vocoder = Create(lookAhead);
        var stream = new StreamingSynthesizer(vocoder);
        float[] mel = Small.Mels(2, 40)[0], other = [.. mel];
        for (int i = 25 * Bands; i < other.Length; i++) other[i] = -20; // louder from frame 25 on

        int samples = 0;
        for (int frame = 0; frame < 40; frame++)
        {
            samples += stream.Accept(mel.AsSpan(frame * Bands, Bands)).Length;
            Assert.Equal(Math.Max(0, (frame + 1) * Hop - stream.LookAheadSamples), samples);
        }

        int stand = 25 * Hop - stream.LookAheadSamples;
        float[] first = vocoder.Synthesize(mel), second = vocoder.Synthesize(other);
        Close.To(first.AsSpan(0, stand), second.AsSpan(0, stand), 1e-5 * first.Max(MathF.Abs), "before the change");
        Assert.NotEqual(first[stand..(stand + Hop + 1)], second[stand..(stand + Hop + 1)]); // and not a frame more than needed
        Assert.Equal((lookAhead ?? 6) * Hop + 256, stream.LookAheadSamples);
        Assert.Equal(stream.LookAheadSamples / 16_000.0, stream.LookAhead.TotalSeconds, 6);
    }

    [Theory]
    [InlineData(null), InlineData(0), InlineData(4)]
    [Trait("Speed", "Slow")]
    public void Restore_GoesOnWhereSaveStood(int? lookAhead)
    {
        using var vocoder = Create(lookAhead);
        var random = new Random(3);
        float[] mel = Small.Mels(8, 60)[0], whole = vocoder.Synthesize(mel, 60 * Hop - 1);
        for (int run = 0; run < 6; run++)
        {
            var stream = new StreamingSynthesizer(vocoder);
            var sound = new List<float>();

            foreach (float[] part in Cut(mel, 4, random))
            {
                sound.AddRange(stream.Accept(part));
                if (random.Next(run + 1) == 0) stream = Restored(vocoder, Saved(stream));
            }

            stream = Restored(vocoder, Saved(stream));
            sound.AddRange(stream.Flush(60 * Hop - 1));
            Close.To(whole, sound.ToArray(), 1e-5 * whole.Max(MathF.Abs), $"run {run}");
        }
    }

    [Fact]
    public void State_DoesNotGrow_AndCountsBeyondAnInt()
    {
        using var vocoder = Create(0);
        var stream = new StreamingSynthesizer(vocoder);
        stream.Accept(Small.Mels(8, 60)[0]);
        byte[] state = Saved(stream), late = [.. state];
        BitConverter.GetBytes(1L << 36).CopyTo(late, 0);
        float[] next = Small.Mels(9, 3)[0];

        var other = Restored(vocoder, late);

        Assert.Equal(12 + 4 * Bands * (2 * 6 + 512 / Hop), state.Length);
        Close.To(stream.Accept(next), other.Accept(next), 1e-5, "samples");
        Assert.Equal(state.Length, Saved(other).Length);
        Close.To(stream.Flush(), other.Flush((1L << 36) * Hop + 2 * Hop), 1e-5, "the rest");
    }

    [Fact]
    public void HostileStates_AreRefused_AndChangeNothing()
    {
        using var vocoder = Create(null);
        float[] mel = Small.Mels(8, 40)[0];
        var stream = new StreamingSynthesizer(vocoder);
        stream.Accept(mel);
        byte[] state = Saved(stream), one = Saved(new StreamingSynthesizer(vocoder), mel.AsSpan(0, Bands));
        string Error(byte[] bytes) =>
            Assert.Throws<InvalidDataException>(() => stream.Restore(new BinaryReader(new MemoryStream(bytes)))).Message;
        byte[] With(byte[] bytes, int at, byte[] value)
        {
            byte[] copy = [.. bytes];
            value.CopyTo(copy, at);
            return copy;
        }

        Assert.Contains("-1 frames", Error(With(state, 0, BitConverter.GetBytes(-1L))));
        Assert.Contains("frames", Error(With(state, 0, BitConverter.GetBytes(long.MaxValue))));
        Assert.Contains("keeps 32 levels", Error(With(one, 0, BitConverter.GetBytes(2L))));
        Assert.Contains("keeps", Error(With(state, 8, BitConverter.GetBytes(int.MaxValue))));
        Assert.Contains("keeps", Error(With(state, 8, BitConverter.GetBytes(-16))));
        Assert.Contains("no level", Error(With(state, 40, BitConverter.GetBytes(float.NaN))));
        Assert.Contains("no level", Error(With(state, 40, BitConverter.GetBytes(1e30f))));
        Assert.Contains("damaged", Error(state[..^1]));
        Assert.Contains("damaged", Error([]));

        Assert.Equal(state, Saved(stream));
        Assert.Equal(mel.Length / Bands * Hop - Hop, 40 * Hop - stream.LookAheadSamples + stream.Flush().Length);
    }

    [Fact, Trait("Speed", "Slow")]
    public void DamagedStates_AreReadOrRefused()
    {
        using var vocoder = Create(2);
        var stream = new StreamingSynthesizer(vocoder);
        stream.Accept(Small.Mels(8, 9)[0]);
        byte[] state = Saved(stream);

        new DamageReport(output, typeof(InvalidDataException)).Run(
            random => Mutations.OfBytes(state, random),
            bytes => Restored(vocoder, bytes).Flush());
    }

    [Fact]
    public void Flush_GivesTheLengthAskedFor_AndBeginsAnew()
    {
        using var vocoder = Create(null);
        var stream = new StreamingSynthesizer(vocoder);
        float[] mel = Small.Mels(3, 2)[0];

        Assert.Empty(stream.Flush());
        Assert.Empty(stream.Flush(0));
        Assert.Empty(stream.Accept([]));
        Assert.ThrowsAny<ArgumentException>(() => stream.Flush(1));
        Assert.Empty(stream.Accept(mel.AsSpan(0, Bands)));
        Assert.Empty(stream.Flush());
        Assert.Empty(stream.Accept(mel));
        Assert.Contains("160 to 319", Assert.ThrowsAny<ArgumentException>(() => stream.Flush(159)).Message);
        Assert.Contains("160 to 319", Assert.ThrowsAny<ArgumentException>(() => stream.Flush(320)).Message);
        float[] sound = stream.Flush(319);
        stream.Accept(mel);
        stream.Reset();
        stream.Accept(mel);

        Assert.Equal(sound, stream.Flush(319));
        Close.To(vocoder.Synthesize(mel, 319), sound, 1e-6, "samples");
    }

    [Fact]
    public void BadFrames_ChangeNothing()
    {
        using var vocoder = Create(0);
        var (stream, other) = (new StreamingSynthesizer(vocoder), new StreamingSynthesizer(vocoder));
        float[] mel = Small.Mels(3, 30)[0], spoilt = [.. mel];
        spoilt[^1] = float.NaN;

        float[] expected = [.. other.Accept(mel), .. other.Accept(mel), .. other.Flush()];
        var sound = new List<float>(stream.Accept(mel));
        Assert.Contains("no level", Assert.Throws<ArgumentException>(() => stream.Accept(spoilt)).Message);
        Assert.Contains("16 bands", Assert.Throws<ArgumentException>(() => stream.Accept(mel.AsSpan(1))).Message);
        sound.AddRange([.. stream.Accept(mel), .. stream.Flush()]);

        Assert.Equal(expected, sound);
    }

    [Theory]
    [InlineData(MelLevel.NaturalLog), InlineData(MelLevel.Power)]
    public void Levels_OfAnyUnit_CanBeStreamed_ButTheFilesMaximum(MelLevel level)
    {
        var options = SmallVocoder.Mel with { Level = level };
        using var vocoder = NeuralVocoder.Create(SmallVocoder.Options, options, device: "cpu");
        using var relative = NeuralVocoder.Create(SmallVocoder.Options, options with { Level = MelLevel.FileMaximum }, device: "cpu");
        float[] mel = new MelSpectrogram(options).Extract(SmallVocoder.Voice(8_000)), whole = vocoder.Synthesize(mel);
        var stream = new StreamingSynthesizer(vocoder);

        float[] sound = [.. Cut(mel, 3, new Random(2)).SelectMany(part => stream.Accept(part)), .. stream.Flush()];

        Close.To(whole, sound, 1e-5 * whole.Max(MathF.Abs), "samples");
        Assert.Contains("FullScale", Assert.Throws<NotSupportedException>(() => new StreamingSynthesizer(relative)).Message);
    }

    [Fact]
    public void Streams_ShareAVocoder_OnAnyThread()
    {
        var vocoder = Create(0);
        float[] mel = Small.Mels(5, 40)[0], whole = vocoder.Synthesize(mel);

        Parallel.For(0, 6, i =>
        {
            var own = new StreamingSynthesizer(vocoder);
            float[] sound = [.. Cut(mel, 3, new Random(i)).SelectMany(part => own.Accept(part)), .. own.Flush()];
            Close.To(whole, sound, 1e-5 * whole.Max(MathF.Abs), "samples");
        });

        var stream = new StreamingSynthesizer(vocoder);
        vocoder.Dispose();
        Assert.Throws<ObjectDisposedException>(() => stream.Accept(mel));
    }

    [Fact]
    public void RestoreState_GoesOnWithTheSameVocoder_AndRefusesAnother()
    {
        using var vocoder = Create(0);
        using var other = Create(1);
        float[] mel = Small.Mels(7, 60)[0], whole = vocoder.Synthesize(mel);
        var first = new StreamingSynthesizer(vocoder);
        var (second, stranger) = (new StreamingSynthesizer(vocoder), new StreamingSynthesizer(other));

        float[] beginning = first.Accept(mel.AsSpan(0, 31 * Bands));
        second.RestoreState(first.SaveState());
        float[] sound = [.. beginning, .. second.Accept(mel.AsSpan(31 * Bands)), .. second.Flush()];

        Close.To(whole, sound, 1e-5 * whole.Max(MathF.Abs), "samples");
        Assert.Contains(vocoder.Fingerprint, Assert.Throws<InvalidDataException>(() => stranger.RestoreState(first.SaveState())).Message);
    }

    private static NeuralVocoder Create(int? lookAhead) =>
        NeuralVocoder.Create(SmallVocoder.Options with { LookAheadFrames = lookAhead }, SmallVocoder.Mel, seed: 3, "cpu");

    private static IEnumerable<float[]> Cut(float[] mel, int maxFrames, Random random)
    {
        for (int at = 0; at < mel.Length;)
        {
            int length = Math.Min(mel.Length - at, random.Next(maxFrames + 1) * Bands);
            yield return mel[at..(at + length)];
            at += length;
        }
    }

    private static byte[] Saved(StreamingSynthesizer stream)
    {
        using var bytes = new MemoryStream();
        using var writer = new BinaryWriter(bytes);
        stream.Save(writer);
        return bytes.ToArray();
    }

    private static byte[] Saved(StreamingSynthesizer stream, ReadOnlySpan<float> mel)
    {
        stream.Accept(mel);
        return Saved(stream);
    }

    private static StreamingSynthesizer Restored(NeuralVocoder vocoder, byte[] state)
    {
        var stream = new StreamingSynthesizer(vocoder);
        stream.Restore(new BinaryReader(new MemoryStream(state)));
        return stream;
    }
}
