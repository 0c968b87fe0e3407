using AudioBsq.Metrics;
using AudioBsq.Tests.Model.Signal;

namespace AudioBsq.Tests.Model.Metrics;

[WithoutTorch]
public class PitchTests
{
    [Theory]
    [InlineData(65, 16_000), InlineData(110, 16_000), InlineData(220.5, 16_000), InlineData(333, 16_000), InlineData(480, 16_000)]
    [InlineData(110, 8_000), InlineData(220, 44_100)]
    [Trait("Speed", "Slow")]
    public void Track_FindsTheFundamental(double hertz, int rate)
    {
        float[] voice = Voice(rate, _ => hertz);

        double[] pitch = new PitchTracker(rate).Track(voice);

        Assert.Equal(1 + (voice.Length - (int)Math.Round(0.032 * rate) - (int)Math.Ceiling(rate / 60.0) - 1) / (rate / 100), pitch.Length);
        Assert.All(pitch, found => Close.To(hertz, found, 0.005 * hertz));
    }

    [Fact]
    public void Track_FindsNothing_InNoiseAndSilence()
    {
        Assert.InRange(new PitchTracker(16_000).Track(Tone.Noise(32_000, 2)).Count(hertz => hertz > 0), 0, 4);
        Assert.All(new PitchTracker(16_000).Track(new float[16_000]), hertz => Assert.Equal(0, hertz));
        Assert.Empty(new PitchTracker(16_000).Track(new float[779]));
        Assert.Single(new PitchTracker(16_000).Track(new float[780]));
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public void Track_DoesNotHearLoudness()
    {
        float[] voice = SpokenClips.Short;
        var tracker = new PitchTracker(16_000);

        Assert.Equal(tracker.Track(voice), tracker.Track(SpokenClips.Scaled(voice, 0.25f)));
        Assert.Contains(tracker.Track(voice), hertz => hertz > 0);
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public void Agreement_IsThatOfTheMelodies()
    {
        float[] rising = Voice(16_000, seconds => 120 + 60 * seconds), falling = Voice(16_000, seconds => 200 - 60 * seconds);

        Close.To(1, PitchAgreement.Measure(rising, rising, 16_000)!.Correlation!.Value, 1e-12);
        Close.To(-1, PitchAgreement.Measure(rising, falling, 16_000)!.Correlation!.Value, 0.01);
        Assert.Equal(0, PitchAgreement.Measure(rising, falling, 16_000)!.VoicingError);
        Close.To(1, PitchAgreement.Measure(rising, new float[rising.Length], 16_000)!.VoicingError, 1e-12);
    }

    [Fact]
    public void Agreement_IsThatWorkedByHand()
    {
        double[] first = [0, 100, 110, 120, 130, 140, 150, 160, 170, 180, 190, 0];
        double[] second = [200, 200, 220, 240, 260, 280, 300, 320, 340, 360, 380, 0];

        var agreement = PitchAgreement.Of(first, second)!;

        Close.To(1, agreement.Correlation!.Value, 1e-12);
        Close.To(1 / 12.0, agreement.VoicingError, 1e-12);
        Assert.Equal(10, agreement.VoicedFrames);
        Assert.Null(PitchAgreement.Of(first.AsSpan(2), second.AsSpan(2))!.Correlation); // nine frames
        Assert.Null(PitchAgreement.Of(Enumerable.Repeat(100.0, 20).ToArray(), Enumerable.Repeat(90.0, 20).ToArray())!.Correlation);
        Assert.Null(PitchAgreement.Of([], []));
        Assert.Throws<ArgumentOutOfRangeException>(() => PitchAgreement.Of([1], []));
    }

    [Theory, InlineData(0), InlineData(3_999), InlineData(200_000)]
    public void Constructor_RefusesOtherRates(int rate) => Assert.Throws<ArgumentOutOfRangeException>(() => new PitchTracker(rate));

    // One second of six harmonics.
    private static float[] Voice(int rate, Func<double, double> pitch)
    {
        float[] voice = new float[rate];
        double phase = 0;
        for (int n = 0; n < rate; n++)
        {
            phase += 2 * Math.PI * pitch((double)n / rate) / rate;
            for (int h = 1; h <= 6; h++) voice[n] += (float)(0.2 / h * Math.Sin(h * phase + h));
        }

        return voice;
    }
}
