using AudioBsq.Metrics;

namespace AudioBsq.Tests.Model.Metrics;

[WithoutTorch]
public class LevelDifferenceTests
{
    private static readonly float[] Sound = SpokenClips.Short;

    [Theory]
    [InlineData(1, 0)]
    [InlineData(10, 20)]
    [InlineData(-0.5, -6.0206)]
    public void Measure_IsTheGainInDecibels_WhateverTheSign(float gain, double decibels) =>
        Close.To(decibels, LevelDifference.Measure(Sound, Array.ConvertAll(Sound, x => gain * x))!.Value, 1e-4, "level");

    [Fact]
    public void Measure_OfSilence()
    {
        Assert.Equal(-LevelDifference.Limit, LevelDifference.Measure(Sound, new float[Sound.Length]));
        Assert.Null(LevelDifference.Measure(new float[10], new float[10]));
        Assert.Null(LevelDifference.Measure([], []));
        Assert.Throws<ArgumentException>(() => LevelDifference.Measure([1], [1, 2]));
    }
}
