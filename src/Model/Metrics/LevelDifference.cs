namespace AudioBsq.Metrics;

/// <summary>How much louder a waveform is than its original: the ratio of their energies in decibels, negative if it is quieter.</summary>
internal static class LevelDifference
{
    /// <summary>The largest difference, in dB.</summary>
    public const double Limit = 100;

    /// <summary>10 · log₁₀(Σ degraded² / Σ reference²); null for a silent or empty reference.</summary>
    /// <exception cref="ArgumentException">The lengths differ, or a sample is not finite.</exception>
    public static double? Measure(ReadOnlySpan<float> reference, ReadOnlySpan<float> degraded)
    {
        WaveformPair.Require(reference, degraded);
        double before = Energy(reference);
        return before == 0 ? null : Math.Clamp(10 * Math.Log10(Energy(degraded) / before), -Limit, Limit);
    }

    private static double Energy(ReadOnlySpan<float> samples)
    {
        double sum = 0;
        foreach (float sample in samples) sum += (double)sample * sample;
        return sum;
    }
}
