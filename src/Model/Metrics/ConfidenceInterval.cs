using System.Numerics.Tensors;

namespace AudioBsq.Metrics;

/// <summary>A mean over clips and its confidence interval.</summary>
/// <param name="Mean">The mean of the values.</param>
/// <param name="Lower">Lower end of the interval; null for a single value.</param>
/// <param name="Upper">Upper end of the interval; null for a single value.</param>
/// <param name="Count">Number of values.</param>
public sealed record ConfidenceInterval(double Mean, double? Lower, double? Upper, int Count)
{
    /// <summary>
    /// The percentile bootstrap (Efron and Tibshirani 1993, section 13.3): percentiles of the means of samples drawn with replacement. The
    /// same values, seed and number of samples give the same interval. Null for no values.
    /// </summary>
    /// <param name="values">One for each clip.</param>
    /// <param name="confidence">Share of the means inside the interval, between 0 and 1.</param>
    /// <param name="resamples">Number of bootstrap samples, from 100.</param>
    /// <param name="seed">Seed of the bootstrap.</param>
    /// <exception cref="ArgumentException">A value is not finite, or a setting is out of range.</exception>
    public static ConfidenceInterval? OfMean(ReadOnlySpan<double> values, double confidence = 0.95, int resamples = 2_000, int seed = 0)
    {
        Check.That(confidence is > 0 and < 1, confidence, "must be between 0 and 1");
        Check.That(resamples is >= 100 and <= 1_000_000, resamples, "must be from 100 to 1,000,000");
        foreach (double value in values)
        {
            if (!double.IsFinite(value)) throw new ArgumentException($"A value is {value}; values must be finite.", nameof(values));
        }

        if (values.IsEmpty) return null;
        double mean = TensorPrimitives.Sum(values) / values.Length;
        if (values.Length == 1) return new ConfidenceInterval(mean, null, null, 1);
        var random = new Random(seed);
        double[] means = new double[resamples];
        for (int i = 0; i < resamples; i++)
        {
            double sum = 0;
            for (int n = 0; n < values.Length; n++) sum += values[random.Next(values.Length)];
            means[i] = sum / values.Length;
        }

        Array.Sort(means);
        return new ConfidenceInterval(mean, Quantile(means, (1 - confidence) / 2), Quantile(means, (1 + confidence) / 2), values.Length);
    }

    private static double Quantile(double[] sorted, double share)
    {
        double position = share * (sorted.Length - 1);
        int at = (int)position;
        return at + 1 == sorted.Length ? sorted[at] : sorted[at] + (position - at) * (sorted[at + 1] - sorted[at]);
    }
}
