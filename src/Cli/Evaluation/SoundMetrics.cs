using AudioBsq.Metrics;
using AudioBsq.Signal;

namespace AudioBsq.Cli.Evaluation;

/// <summary>The metrics that are measured of every pair of waveforms.</summary>
internal static class SoundMetrics
{
    public static IReadOnlyList<SoundMetric> All { get; } = [.. AudioMetric.All.Select(Describe)];

    /// <summary>Intelligibility, and the mel distance of Codec-SUPERB: those that others have published too.</summary>
    public static (SoundMetric Stoi, SoundMetric CodecMel) Published { get; } = (Find("stoi"), Find("codec_mel"));

    /// <summary>
    /// Figures by metric's key; null where one is not defined. Mel errors are in decibels, whatever the unit of the model is.
    /// </summary>
    public static Dictionary<string, double?> Measure(Waveform reference, Waveform degraded, MelOptions mel)
    {
        bool isDecibels = mel.Level is MelLevel.FullScale or MelLevel.FileMaximum;
        var quality = AudioQuality.Measure(reference, degraded, isDecibels ? mel : mel with { Level = MelLevel.FullScale });
        return AudioMetric.All.ToDictionary(metric => metric.Key, metric => metric.Of(quality));
    }

    private static SoundMetric Describe(AudioMetric metric) => new(
        metric.Key, metric.Name, metric.Unit, metric.Better, metric.Unit.Length == 0 ? 3 : 2);

    private static SoundMetric Find(string key) => All.Single(metric => metric.Key == key);
}
