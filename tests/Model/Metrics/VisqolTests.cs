using AudioBsq.Decoding;
using AudioBsq.Metrics;

namespace AudioBsq.Tests.Model.Metrics;

[WithoutTorch]
[Trait("Speed", "Slow")]
public class VisqolTests
{
    /// <summary>
    /// Pairs and scores of the published code's own conformance test, version 3.3.3, speech mode with the exponential fit.
    /// </summary>
    public static TheoryData<string, string, double> Published => new()
    {
        { "clean_speech/CA01_01.wav", "clean_speech/transcoded_CA01_01.wav", 3.374505555111911 },
        { "alignment/reference.wav", "alignment/degraded.wav", 1.357521678867611 },
        { "conformance_testdata_subset/guitar48_stereo.wav", "clean_speech/CA01_01.wav", 1.269675546824064 },
    };

    [SkippableTheory, MemberData(nameof(Published))]
    public void Measure_IsThePublishedScore(string reference, string degraded, double expected)
    {
        string? folder = Environment.GetEnvironmentVariable("AUDIOBSQ_VISQOL");
        Skip.If(string.IsNullOrEmpty(folder), "AUDIOBSQ_VISQOL names no folder with the test data of github.com/google/visqol");
        var (original, changed) = (AudioFile.Read(Path.Combine(folder, reference)), AudioFile.Read(Path.Combine(folder, degraded)));

        Close.To(expected, Visqol.Measure(original.Samples, changed.Samples, original.SampleRate)!.Value, 1e-9);
    }

    [Fact] // the published score of equal speech before scaling
    public void Measure_IsThePublishedBest_ForTheSameSound()
    {
        Close.To(4.015861169223797, Visqol.Measure(SpokenClips.Short, SpokenClips.Short, 16_000, scaled: false)!.Value, 1e-9);
        Close.To(5, Visqol.Measure(SpokenClips.Short, SpokenClips.Short, 16_000)!.Value, 1e-5);
    }

    // Scores of this implementation, which gives the published ones of the test above to 1e-12; they hold it to them where that data is not
    // at hand.
    [Theory]
    [InlineData(0, 0.003, 4.557395296682645)]
    [InlineData(1, 0.03, 2.32543893302194)]
    [InlineData(2, 0.3, 1)]
    public void Measure_KeepsItsScores(int clip, double noise, double expected)
    {
        float[] reference = SpokenClips.All[clip].Samples;

        Close.To(expected, Visqol.Measure(reference, SpokenClips.WithNoise(reference, noise), 16_000)!.Value, 1e-9);
    }

    [Fact]
    public void Measure_FallsWithNoise()
    {
        double[] scores =
        [
            .. new[] { 0.001, 0.01, 0.1 }.Select(
                amplitude => Visqol.Measure(SpokenClips.Short, SpokenClips.WithNoise(SpokenClips.Short, amplitude), 16_000)!.Value),
        ];

        Assert.Equal(scores.OrderDescending(), scores);
        Assert.All(scores, score => Assert.InRange(score, 1, 5));
    }

    [Fact]
    public void Measure_DoesNotHearLoudness()
    {
        float[] degraded = SpokenClips.WithNoise(SpokenClips.Short, 0.01);

        double loud = Visqol.Measure(SpokenClips.Short, SpokenClips.Scaled(degraded, 0.25f), 16_000)!.Value;

        Close.To(Visqol.Measure(SpokenClips.Short, degraded, 16_000)!.Value, loud, 1e-6);
    }

    [Theory, InlineData(-700), InlineData(1), InlineData(333), InlineData(3_000)]
    public void Measure_FindsASoundThatComesAtAnotherTime(int delay)
    {
        float[] moved = delay < 0 ? SpokenClips.Short[-delay..] : [.. new float[delay], .. SpokenClips.Short];

        Close.To(5, Visqol.Measure(SpokenClips.Short, moved, 16_000)!.Value, 0.15);
    }

    [Fact]
    public void Measure_IsLow_ForWhatIsMissing()
    {
        float[] half = [.. SpokenClips.Short];
        half.AsSpan(12_000, 12_000).Clear();

        Assert.InRange(Visqol.Measure(SpokenClips.Short, half, 16_000)!.Value, 1, 3.5);
        Assert.Equal(1, Visqol.Measure(SpokenClips.Short, new float[32_000], 16_000));
    }

    [Fact]
    public void Measure_IsNull_WhereNobodySpeaks()
    {
        Assert.Null(Visqol.Measure(new float[32_000], SpokenClips.Short, 16_000));
        Assert.Null(Visqol.Measure(SpokenClips.Short.AsSpan(0, 8_000), SpokenClips.Short.AsSpan(0, 8_000), 16_000));
        Assert.Null(Visqol.Measure(SpokenClips.Short, SpokenClips.Short.AsSpan(0, 1_280), 16_000));
    }

    [Theory, InlineData(8_000), InlineData(11_025), InlineData(22_050), InlineData(44_100)]
    public void Measure_TakesOtherRates(int rate)
    {
        float[] sound = AudioBsq.Signal.Resampler.Resample(SpokenClips.Short, 16_000, rate);

        Close.To(5, Visqol.Measure(sound, sound, rate)!.Value, 1e-5);
        Assert.InRange(Visqol.Measure(sound, SpokenClips.WithNoise(sound, 0.03), rate)!.Value, 1, 4);
    }

    [Theory, InlineData(0), InlineData(7_999), InlineData(192_001)]
    public void Measure_RefusesOtherRates(int rate) =>
        Assert.Equal(
            "sampleRate",
            Assert.Throws<ArgumentOutOfRangeException>(() => Visqol.Measure(new float[5_000], new float[5_000], rate)).ParamName);
}
