using AudioBsq.Decoding;
using AudioBsq.Signal;

namespace AudioBsq.Tests.Model.Signal;

[WithoutTorch]
public class StreamingResamplerTests
{
    public static TheoryData<int, int, ResamplingFilter> Rates => new()
    {
        { 44_100, 16_000, ResamplingFilter.Kaiser },
        { 8_000, 16_000, ResamplingFilter.Kaiser },
        { 16_000, 16_000, ResamplingFilter.Kaiser },
        { 16_000, 44_100, ResamplingFilter.Hann },
        { 48_000, 16_000, ResamplingFilter.Hann },
        { 44_100, 16_001, ResamplingFilter.Kaiser }, // interpolates between phases
        { 768_000, 800, ResamplingFilter.Kaiser },
        { 800, 768_000, ResamplingFilter.Kaiser },
    };

    [Theory, Trait("Speed", "Slow"), MemberData(nameof(Rates))]
    public void Accept_GivesTheSamplesOfTheWholeClip_HoweverItIsCut(int from, int to, ResamplingFilter filter)
    {
        var random = new Random(from);
        var (resampler, stream) = (new Resampler(from, to, filter), new StreamingResampler(from, to, filter));
        int[] lengths = [0, 1, 2, 3, 134, 135, 136, 137, 500, 3_000, to > from * 10 ? 4_000 : 60_000];
        foreach (int length in lengths)
        {
            float[] sound = Tone.Noise(length, seed: length), whole = resampler.Process(sound);
            foreach (int longest in (int[])[1, 160, 1_000, 40_000])
            {
                float[] samples = Pieces.Run(sound, longest, random, stream.Accept, stream.Flush);

                Pieces.Same(whole, samples, $"{length} samples in pieces of up to {longest}");
            }
        }
    }

    [Fact]
    public void Accept_GivesTheSamplesOfARecording()
    {
        var speech = AudioFile.Read(TestData.PathOf("audio", "LJ001-0008.flac"));
        var stream = new StreamingResampler(speech.SampleRate, 16_000);

        float[] samples = Pieces.Run(speech.Samples, 3_000, new Random(2), stream.Accept, stream.Flush);

        Pieces.Same(Resampler.Resample(speech.Samples, speech.SampleRate, 16_000), samples, "speech");
    }

    [Fact]
    public void Accept_GivesSamplesSoon()
    {
        var stream = new StreamingResampler(48_000, 16_000);

        int given = stream.Accept(new float[48_000]).Length;

        Assert.InRange(given, 16_000 - 70, 16_000 - 60);
        Assert.Equal((48_000, given), (stream.Samples, stream.Resampled));
    }

    [Fact]
    public void Accept_TakesNothing_WhenItCannotTakeAll()
    {
        var stream = new StreamingResampler(8_000, 16_000);
        float[] sound = Tone.Noise(1_000, seed: 4), start = stream.Accept(sound.AsSpan(0, 500));

        var error = Assert.Throws<ArgumentException>(() => stream.Accept([0, float.PositiveInfinity]));
        Assert.Throws<ArgumentException>(() => new StreamingResampler(1, 1024).Accept(new float[3_000_000]));

        Assert.Contains("samples[1], sample 501 of the waveform, is Infinity", error.Message);
        Pieces.Same(
            Resampler.Resample(sound, 8_000, 16_000), [.. start, .. stream.Accept(sound.AsSpan(500)), .. stream.Flush()], "the rest");
    }

    [Fact]
    public void Reset_ForgetsTheWaveform()
    {
        var stream = new StreamingResampler(8_000, 16_000);
        stream.Accept(Tone.Noise(5_000, seed: 6));
        float[] sound = Tone.Noise(5_000, seed: 7);

        stream.Reset();

        Assert.Equal((0, 0), (stream.Samples, stream.Resampled));
        Pieces.Same(Resampler.Resample(sound, 8_000, 16_000), [.. stream.Accept(sound), .. stream.Flush()], "after Reset");
    }

    [Fact]
    public void Constructor_ChecksTheRates()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new StreamingResampler(0, 16_000));
        Assert.Throws<NotSupportedException>(() => new StreamingResampler(1, 16_000));
    }

    [Theory, Trait("Speed", "Slow"), MemberData(nameof(Rates))]
    public void Restore_GoesOnAnywhere(int from, int to, ResamplingFilter filter)
    {
        var random = new Random(from);
        var stream = new StreamingResampler(from, to, filter);
        foreach (int length in (int[])[1, 200, 6_000])
        {
            float[] sound = Tone.Noise(length, seed: length);

            float[] samples = Pieces.Run(sound, 1 + length / 10, random, AcceptAndMove, stream.Flush);

            Pieces.Same(new Resampler(from, to, filter).Process(sound), samples, $"{length} samples");
        }

        float[] AcceptAndMove(ReadOnlySpan<float> piece)
        {
            float[] samples = stream.Accept(piece);
            byte[] state = StreamState.Of(stream.Save);
            stream.Accept(new float[random.Next(3_000)]);
            StreamState.Into(stream.Restore, state);
            return samples;
        }
    }

    [Fact] // after more samples than 32 bits count: the state is moved there, with its counters of samples in and out and its own start
    public void Accept_GoesOnForYears()
    {
        const long Periods = 1L << 40; // 441 samples in, 160 out
        var (early, late) = (new StreamingResampler(44_100, 16_000), new StreamingResampler(44_100, 16_000));
        float[] sound = Tone.Noise(20_000, seed: 8);
        early.Accept(sound);
        StreamState.Into(
            late.Restore, StreamState.Moved(StreamState.Of(early.Save), (0, Periods * 441), (8, Periods * 160), (16, Periods * 441)));

        float[] expected = Pieces.Run(sound, 2_000, new Random(9), early.Accept, early.Flush);
        float[] samples = Pieces.Run(sound, 3_000, new Random(10), late.Accept, late.Flush);

        Pieces.Same(expected, samples, "late samples");
    }

    [Theory, InlineData(0), InlineData(100), InlineData(5_000)]
    public void Restore_RefusesOrTakes_DamagedStates(int samples)
    {
        var stream = new StreamingResampler(44_100, 16_000);
        stream.Accept(Tone.Noise(samples, seed: 12));
        byte[] state = StreamState.Of(stream.Save);
        var victim = new StreamingResampler(44_100, 16_000);

        int refused = StreamState.Damage(state, from =>
        {
            victim.Restore(from);
            victim.Accept(new float[700]);
            victim.Flush();
        });

        Assert.InRange(refused, state.Length < 200 ? state.Length : 200, 1_200);
        StreamState.Into(victim.Restore, state);
        Pieces.Same(stream.Flush(), victim.Flush(), "the good state");
    }

    [Fact]
    public void Restore_RefusesTheStateOfOtherRates()
    {
        var stream = new StreamingResampler(44_100, 16_000);
        stream.Accept(Tone.Noise(5_000, seed: 12));
        byte[] state = StreamState.Of(stream.Save);

        Assert.Throws<InvalidDataException>(() => StreamState.Into(new StreamingResampler(48_000, 16_000).Restore, state));
        Assert.Throws<InvalidDataException>(() => StreamState.Into(new StreamingResampler(16_000, 16_000).Restore, state));
    }
}
