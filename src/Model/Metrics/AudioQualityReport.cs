namespace AudioBsq.Metrics;

/// <summary>The quality of reconstructed clips: of each clip, and their means with confidence intervals.</summary>
public sealed record AudioQualityReport
{
    /// <summary>Every clip in the order given.</summary>
    public required IReadOnlyList<AudioQuality> Clips { get; init; }

    /// <summary>
    /// Mean over the clips for which a measure is defined, all with equal weight; without measures that are defined for none. Compare
    /// <see cref="ConfidenceInterval.Count"/> before comparing two reports.
    /// </summary>
    public required IReadOnlyDictionary<AudioMetric, ConfidenceInterval> Means { get; init; }

    /// <summary>The report of measured clips.</summary>
    /// <param name="clips">Measured clips.</param>
    /// <param name="confidence">Confidence of the intervals, between 0 and 1.</param>
    /// <param name="resamples">Bootstrap samples for each interval, from 100.</param>
    /// <param name="seed">Seed of the bootstrap, the same for every measure.</param>
    public static AudioQualityReport Of(IEnumerable<AudioQuality> clips, double confidence = 0.95, int resamples = 2_000, int seed = 0)
    {
        ArgumentNullException.ThrowIfNull(clips);
        AudioQuality[] all = [.. clips];
        var means = new Dictionary<AudioMetric, ConfidenceInterval>();
        foreach (var metric in AudioMetric.All)
        {
            double[] values = [.. all.Select(metric.Of).OfType<double>()];
            if (ConfidenceInterval.OfMean(values, confidence, resamples, seed) is { } mean) means.Add(metric, mean);
        }

        return new AudioQualityReport { Clips = all, Means = means };
    }
}
