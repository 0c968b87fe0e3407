using AudioBsq.Signal;

namespace AudioBsq.Cli.Sounds;

/// <summary>What is measured of every pair of waveforms.</summary>
internal static class SoundMetrics
{
    public static SoundMetric Stoi { get; } = new("stoi", "STOI", "", MetricDirection.Higher, 3);

    public static SoundMetric CodecMel { get; } = new("melDistance", "Mel distance", "", MetricDirection.Lower, 3);

    public static IReadOnlyList<SoundMetric> All { get; } = [new("siSdr", "SI-SDR", "dB", MetricDirection.Higher, 1), Stoi, CodecMel];

    public static Dictionary<string, double?> Measure(Waveform reference, Waveform degraded)
    {
        double dot = 0, energy = 0, error = 0;
        for (int i = 0; i < reference.Samples.Length; i++)
        {
            dot += reference.Samples[i] * degraded.Samples[i];
            energy += reference.Samples[i] * reference.Samples[i];
        }
        for (int i = 0; i < reference.Samples.Length; i++) error += Math.Pow(degraded.Samples[i] - dot / energy * reference.Samples[i], 2);
        return new() { ["siSdr"] = 10 * Math.Log10(dot * dot / energy / error), ["stoi"] = null, ["melDistance"] = 1 };
    }

    public static SoundFigures.Mean? Average(double[] values) => values.Length == 0 ? null : new(values.Average(), null, null, values.Length);
}
