using AudioBsq.Decoding;
using AudioBsq.Signal;

namespace AudioBsq.Tests.Model.Signal;

[WithoutTorch]
public class StreamingMelSpectrogramTests
{
    private static readonly int[] Longest = [1, 7, 160, 1_000, 40_000];

    public static TheoryData<int, int, int, MelLevel> Shapes => new()
    {
        { 1024, 160, 128, MelLevel.FullScale },
        { 1024, 1024, 80, MelLevel.NaturalLog }, // hop == fft
        { 1024, 700, 40, MelLevel.Power },       // hop > fft / 2
        { 2048, 512, 80, MelLevel.FullScale },
        { 64, 33, 2, MelLevel.FullScale },
        { 16, 1, 3, MelLevel.FullScale },
        { 16, 16, 1, MelLevel.NaturalLog },      // so few numbers at a time that a vector is not full
        { 16, 3, 1, MelLevel.FullScale },
    };

    [Theory, MemberData(nameof(Shapes))]
    [Trait("Speed", "Slow")]
    public void Accept_GivesTheFramesOfTheWholeClip_HoweverItIsCut(int fft, int hop, int bands, MelLevel level)
    {
        var random = new Random(fft + hop);
        var mel = Mel(fft, hop, bands, level);
        var stream = new StreamingMelSpectrogram(mel);
        int[] lengths = [.. Enumerable.Range(0, 40), 159, 160, 161, 511, 512, 513, 1_023, 1_024, 1_025, 3_000, 20_000];
        foreach (int length in lengths)
        {
            float[] sound = Tone.Noise(length, seed: length), whole = mel.Extract(sound);
            foreach (int longest in Longest)
            {
                float[] frames = Pieces.Run(sound, longest, random, stream.Accept, stream.Flush);

                Pieces.Same(whole, frames, $"{length} samples in pieces of up to {longest}");
            }
        }
    }

    [Theory, InlineData(1024 * 160 - 1), InlineData(1024 * 160), InlineData(1024 * 160 + 1)]
    [Trait("Speed", "Slow")]
    public void Accept_GivesTheFramesOfTheWholeClip_WhenItIsLong(int length)
    {
        var random = new Random(length);
        var mel = new MelSpectrogram(new MelOptions());
        var stream = new StreamingMelSpectrogram(mel.Options);
        float[] sound = Tone.Noise(length, seed: 1), whole = mel.Extract(sound);
        foreach (int longest in (int[])[1, 300, 40_000, length])
        {
            float[] frames = Pieces.Run(sound, longest, random, stream.Accept, stream.Flush);

            Pieces.Same(whole, frames, $"pieces of up to {longest}");
        }
    }

    [Fact]
    public void Accept_GivesTheFramesOfARecording()
    {
        var speech = AudioFile.Read(TestData.PathOf("audio", "LJ001-0008.flac"));
        var mel = new MelSpectrogram(new MelOptions { SampleRate = speech.SampleRate });
        var stream = new StreamingMelSpectrogram(mel);

        float[] frames = Pieces.Run(speech.Samples, 3_000, new Random(2), stream.Accept, stream.Flush);

        Pieces.Same(mel.Extract(speech.Samples), frames, "speech");
    }

    [Fact]
    public void Accept_GivesAFrameAsSoonAsItsWindowIsThere()
    {
        var stream = new StreamingMelSpectrogram(new MelOptions());
        float[] sound = Tone.Noise(2_000, seed: 3);
        for (int i = 0; i < sound.Length; i++)
        {
            int given = stream.Accept(sound.AsSpan(i, 1)).Length / 128;

            // frame t ends at sample t·160 + 511; the first also needs sample 512, which is mirrored to −512
            bool completes = i == 512 || (i > 512 && (i + 1 - 512) % 160 == 0);
            Assert.Equal(completes ? 1 : 0, given);
            Assert.Equal((i + 1, i < 512 ? 0 : 1 + (i + 1 - 512) / 160), (stream.Samples, stream.Frames));
        }
    }

    [Fact]
    public void Accept_TakesNothing_WhenASampleIsNotFinite()
    {
        var stream = new StreamingMelSpectrogram(new MelOptions());
        float[] sound = Tone.Noise(3_000, seed: 4), whole = new MelSpectrogram(new MelOptions()).Extract(sound);
        float[] start = stream.Accept(sound.AsSpan(0, 1_000)), broken = sound[1_000..];
        broken[7] = float.NaN;

        var error = Assert.Throws<ArgumentException>(() => stream.Accept(broken));

        Assert.Contains("samples[7], sample 1007 of the waveform, is NaN", error.Message);
        Assert.Equal(1_000, stream.Samples);
        Pieces.Same(whole, [.. start, .. stream.Accept(sound.AsSpan(1_000)), .. stream.Flush()], "the rest");
    }

    [Fact]
    public void Accept_RefusesMoreFramesThanAnArrayHolds()
    {
        var stream = new StreamingMelSpectrogram(new MelOptions { FftLength = 8192, HopLength = 1, Bands = 4096 });

        var error = Assert.Throws<ArgumentException>(() => stream.Accept(new float[600_000]));

        Assert.Contains("smaller pieces", error.Message);
        Assert.Equal(0, stream.Samples);
    }

    [Fact]
    public void Accept_TakesNoMemoryButForFrames()
    {
        var stream = new StreamingMelSpectrogram(new MelOptions());
        float[] piece = Tone.Noise(160, seed: 5);
        for (int i = 0; i < 1_000; i++) stream.Accept(piece);
        long before = GC.GetAllocatedBytesForCurrentThread();

        for (int i = 0; i < 1_000; i++) stream.Accept(piece);

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1_000 * (128 * sizeof(float) + 32));
    }

    [Fact]
    public void Reset_ForgetsTheWaveform()
    {
        var mel = new MelSpectrogram(new MelOptions());
        var stream = new StreamingMelSpectrogram(mel);
        stream.Accept(Tone.Noise(5_000, seed: 6));
        float[] sound = Tone.Noise(5_000, seed: 7);

        stream.Reset();

        Assert.Equal((0, 0), (stream.Samples, stream.Frames));
        Pieces.Same(mel.Extract(sound), [.. stream.Accept(sound), .. stream.Flush()], "after Reset");
    }

    [Fact]
    public void Constructor_RefusesLevelsThatDependOnTheWholeFile()
    {
        var error = Assert.Throws<NotSupportedException>(() => new StreamingMelSpectrogram(MelOptions.Reference));

        Assert.Contains("MelLevel.FullScale", error.Message);
        Assert.Throws<ArgumentNullException>(() => new StreamingMelSpectrogram((MelSpectrogram)null!));
        Assert.Throws<ArgumentNullException>(() => new StreamingMelSpectrogram((MelOptions)null!));
    }

    [Theory, MemberData(nameof(Shapes))]
    [Trait("Speed", "Slow")]
    public void Restore_GoesOnAnywhere(int fft, int hop, int bands, MelLevel level)
    {
        var random = new Random(fft + hop);
        var mel = Mel(fft, hop, bands, level);
        var stream = new StreamingMelSpectrogram(mel);
        foreach (int length in (int[])[1, 10, 511, 600, 9_000])
        {
            float[] sound = Tone.Noise(length, seed: length);

            float[] frames = Pieces.Run(sound, 1 + length / 10, random, AcceptAndMove, stream.Flush);

            Pieces.Same(mel.Extract(sound), frames, $"{length} samples");
        }

        float[] AcceptAndMove(ReadOnlySpan<float> piece)
        {
            float[] frames = stream.Accept(piece);
            byte[] state = StreamState.Of(stream.Save);
            stream.Accept(new float[random.Next(3_000)]);
            StreamState.Into(stream.Restore, state);
            return frames;
        }
    }

    [Fact] // after more samples than 32 bits count: the state is moved there, with its counters of samples, frames and its own start
    public void Accept_GoesOnForYears()
    {
        const long Frames = 1L << 36;
        var options = new MelOptions();
        var (early, late) = (new StreamingMelSpectrogram(options), new StreamingMelSpectrogram(options));
        float[] sound = Tone.Noise(20_000, seed: 8);
        early.Accept(sound);
        StreamState.Into(late.Restore, StreamState.Moved(StreamState.Of(early.Save), (0, Frames * 160), (8, Frames), (16, Frames * 160)));

        float[] expected = Pieces.Run(sound, 2_000, new Random(9), early.Accept, early.Flush);
        float[] frames = Pieces.Run(sound, 3_000, new Random(10), late.Accept, late.Flush);

        Pieces.Same(expected, frames, "late frames");
    }

    [Theory, InlineData(0), InlineData(300), InlineData(513), InlineData(5_000)]
    [Trait("Speed", "Slow")]
    public void Restore_RefusesOrTakes_DamagedStates(int samples)
    {
        var stream = new StreamingMelSpectrogram(new MelOptions());
        stream.Accept(Tone.Noise(samples, seed: 12));
        byte[] state = StreamState.Of(stream.Save);
        var victim = new StreamingMelSpectrogram(new MelOptions());

        int refused = StreamState.Damage(state, from =>
        {
            victim.Restore(from);
            victim.Accept(new float[700]);
            victim.Flush();
        });

        Assert.InRange(refused, 200, 1_200);
        StreamState.Into(victim.Restore, state);
        Pieces.Same(stream.Flush(), victim.Flush(), "the good state");
    }

    [Fact]
    public void Restore_KeepsWhatWasThere_WhenItRefuses()
    {
        var mel = new MelSpectrogram(new MelOptions());
        var stream = new StreamingMelSpectrogram(mel);
        float[] sound = Tone.Noise(4_000, seed: 13), start = stream.Accept(sound.AsSpan(0, 2_000));
        byte[] state = StreamState.Of(stream.Save), notFinite = [.. state];
        BitConverter.TryWriteBytes(notFinite.AsSpan(^4), float.NaN);
        var other = new StreamingMelSpectrogram(new MelOptions { HopLength = 200 });

        Assert.Throws<InvalidDataException>(() => StreamState.Into(stream.Restore, state[..^1]));
        Assert.Throws<InvalidDataException>(() => StreamState.Into(stream.Restore, notFinite));
        Assert.Throws<InvalidDataException>(() => StreamState.Into(other.Restore, state));

        Pieces.Same(mel.Extract(sound), [.. start, .. stream.Accept(sound.AsSpan(2_000)), .. stream.Flush()], "after refusals");
    }

    private static MelSpectrogram Mel(int fft, int hop, int bands, MelLevel level) =>
        new(new MelOptions { FftLength = fft, HopLength = hop, Bands = bands, Level = level });
}
