using AudioBsq.Metrics;

namespace AudioBsq.Tests.Model.Metrics;

[WithoutTorch]
public class SignalToNoiseTests
{
    private static readonly float[] Target = [3, -0.5f, 2, 7], Estimate = [2.5f, 0, 2, 8];

    [Fact] // the examples in the documentation of torchmetrics
    public void Ratios_AreThePublishedOnes()
    {
        Close.To(18.4030, SignalToNoise.ScaleInvariantDistortion(Target, Estimate)!.Value, 5e-5);
        Close.To(16.1805, SignalToNoise.Ratio(Target, Estimate)!.Value, 5e-5);
        Close.To(15.0918, SignalToNoise.ScaleInvariantNoise(Target, Estimate)!.Value, 5e-5);
    }

    [Fact]
    public void Ratio_IsThatOfTheEnergies_WorkedByHand() =>
        Close.To(10 * Math.Log10(62.25 / 1.5), SignalToNoise.Ratio(Target, Estimate)!.Value, 1e-12);

    [Fact]
    public void ScaleInvariantRatios_DoNotHearLoudness()
    {
        float[] reference = SpokenClips.Short;
        float[] degraded = SpokenClips.WithNoise(reference, 0.01);
        float[] loud = SpokenClips.Scaled(degraded, 4);
        float[] upsideDown = SpokenClips.Scaled(degraded, -0.5f);

        Close.To(
            SignalToNoise.ScaleInvariantDistortion(reference, degraded)!.Value,
            SignalToNoise.ScaleInvariantDistortion(reference, loud)!.Value,
            1e-9);
        Close.To(
            SignalToNoise.ScaleInvariantDistortion(reference, degraded)!.Value,
            SignalToNoise.ScaleInvariantDistortion(reference, upsideDown)!.Value,
            1e-9);
        Close.To(
            SignalToNoise.ScaleInvariantNoise(reference, degraded)!.Value, SignalToNoise.ScaleInvariantNoise(reference, loud)!.Value, 1e-9);
        Assert.True(SignalToNoise.Ratio(reference, loud) < SignalToNoise.Ratio(reference, degraded));
    }

    [Fact]
    public void ScaleInvariantNoise_DoesNotHearAConstant()
    {
        float[] degraded = SpokenClips.WithNoise(Target, 0.1), moved = Array.ConvertAll(degraded, x => x + 1);

        Close.To(SignalToNoise.ScaleInvariantNoise(Target, degraded)!.Value, SignalToNoise.ScaleInvariantNoise(Target, moved)!.Value, 1e-5);
        Assert.True(SignalToNoise.ScaleInvariantDistortion(Target, moved) < SignalToNoise.ScaleInvariantDistortion(Target, degraded));
    }

    [Fact]
    public void Ratios_FallWithNoise()
    {
        double[] ratios =
        [
            .. new[] { 0.001, 0.01, 0.1, 1 }.Select(
                amplitude =>
                    SignalToNoise.ScaleInvariantDistortion(SpokenClips.Short, SpokenClips.WithNoise(SpokenClips.Short, amplitude))!.Value),
        ];

        Assert.Equal(ratios.OrderDescending(), ratios);
    }

    [Fact]
    public void Ratios_StayFinite()
    {
        float[] silence = new float[4];

        Assert.Equal(SignalToNoise.Limit, SignalToNoise.Ratio(Target, Target));
        Assert.Equal(SignalToNoise.Limit, SignalToNoise.ScaleInvariantDistortion(Target, Target));
        Assert.Equal(SignalToNoise.Limit, SignalToNoise.ScaleInvariantNoise(Target, Target));
        Assert.Equal(0, SignalToNoise.Ratio(Target, silence));
        Assert.Equal(-SignalToNoise.Limit, SignalToNoise.ScaleInvariantDistortion(Target, silence));
        Assert.Equal(-SignalToNoise.Limit, SignalToNoise.ScaleInvariantNoise(Target, silence));
        Assert.Equal(-SignalToNoise.Limit, SignalToNoise.ScaleInvariantDistortion([1, 0], [0, 1]));
    }

    [Fact]
    public void Ratios_AreUndefined_WithoutAReference()
    {
        Assert.Null(SignalToNoise.Ratio([], []));
        Assert.Null(SignalToNoise.ScaleInvariantDistortion([], []));
        Assert.Null(SignalToNoise.ScaleInvariantNoise([], []));
        Assert.Null(SignalToNoise.Ratio([0, 0], [0, 0]));
        Assert.Null(SignalToNoise.ScaleInvariantDistortion([0, 0], [1, 0]));
        Assert.Null(SignalToNoise.ScaleInvariantNoise([2, 2], [1, 0]));
        Assert.Null(SignalToNoise.ScaleInvariantNoise([2], [1]));
        Assert.Equal(-SignalToNoise.Limit, SignalToNoise.Ratio([0, 0], [1, 0]));
    }
}
