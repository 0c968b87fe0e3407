using AudioBsq.Metrics;

namespace AudioBsq.Tests.Model.Metrics;

[WithoutTorch]
public class ConfidenceIntervalTests
{
    [Fact] // the normal interval is what a bootstrap of many values comes to
    public void OfMean_IsTheNormalInterval_ForManyValues()
    {
        var random = new Random(1);
        double[] values = [.. Enumerable.Range(0, 400).Select(_ => Enumerable.Range(0, 12).Sum(_ => random.NextDouble()))];
        double mean = values.Average(), error = Math.Sqrt(values.Sum(x => (x - mean) * (x - mean)) / values.Length / values.Length);

        var interval = ConfidenceInterval.OfMean(values)!;

        Close.To(mean, interval.Mean, 1e-12);
        Close.To(mean - 1.96 * error, interval.Lower!.Value, 0.1 * error);
        Close.To(mean + 1.96 * error, interval.Upper!.Value, 0.1 * error);
        Assert.Equal(400, interval.Count);
    }

    [Fact] // in about 95 of 100 draws the truth lies inside
    public void OfMean_HoldsTheTruth()
    {
        var random = new Random(7);
        int inside = Enumerable.Range(0, 200).Count(draw =>
        {
            double[] values = [.. Enumerable.Range(0, 40).Select(_ => random.NextDouble())];
            var interval = ConfidenceInterval.OfMean(values, resamples: 500, seed: draw)!;
            return interval.Lower <= 0.5 && 0.5 <= interval.Upper;
        });

        Assert.InRange(inside, 178, 198);
    }

    [Fact]
    public void OfMean_RepeatsItself_WithTheSameSeed()
    {
        double[] values = [1.03, 5.27, 2.11, 8.59, 3.71, 4.43, 9.97];

        Assert.Equal(ConfidenceInterval.OfMean(values, seed: 3), ConfidenceInterval.OfMean(values, seed: 3));
        Assert.NotEqual(ConfidenceInterval.OfMean(values, seed: 3), ConfidenceInterval.OfMean(values, seed: 4));
    }

    [Fact]
    public void OfMean_TellsLess_OfFewValues()
    {
        Assert.Null(ConfidenceInterval.OfMean([]));
        Assert.Equal(new ConfidenceInterval(3, null, null, 1), ConfidenceInterval.OfMean([3]));
        Assert.Equal(new ConfidenceInterval(3, 3, 3, 2), ConfidenceInterval.OfMean([3, 3]));
    }

    [Fact]
    public void OfMean_RefusesImpossibleSettings()
    {
        Assert.Equal("values", Assert.Throws<ArgumentException>(() => ConfidenceInterval.OfMean([1, double.NaN])).ParamName);
        Assert.Equal(
            "confidence", Assert.Throws<ArgumentOutOfRangeException>(() => ConfidenceInterval.OfMean([1], confidence: 1)).ParamName);
        Assert.Equal(
            "confidence",
            Assert.Throws<ArgumentOutOfRangeException>(() => ConfidenceInterval.OfMean([1], confidence: double.NaN)).ParamName);
        Assert.Equal(
            "resamples", Assert.Throws<ArgumentOutOfRangeException>(() => ConfidenceInterval.OfMean([1], resamples: 99)).ParamName);
    }
}
