namespace AudioBsq.Metrics;

/// <summary>
/// Ratios of signal to error, sample by sample, in decibels. They depend on the phase: synthesis that invents phases, such as Griffin-Lim,
/// scores about −25 dB however good it sounds. Report them for waveform codecs; never judge a mel tokenizer by them.
/// </summary>
/// <remarks>
/// Larger is better. Values are clamped to ±<see cref="Limit"/> dB, so that means stay finite. All are null where the reference is silent
/// or empty. Scaling both waveforms by the same factor changes nothing.
/// </remarks>
internal static class SignalToNoise
{
    /// <summary>The largest ratio, in dB; beyond it the error is smaller than that of 16-bit rounding.</summary>
    public const double Limit = 100;

    /// <summary>Energy of the reference divided by that of the difference.</summary>
    /// <exception cref="ArgumentException">The lengths differ, or a sample is not finite.</exception>
    public static double? Ratio(ReadOnlySpan<float> reference, ReadOnlySpan<float> degraded)
    {
        WaveformPair.Require(reference, degraded);
        double signal = 0, error = 0;
        for (int i = 0; i < reference.Length; i++)
        {
            double difference = (double)degraded[i] - reference[i];
            signal += (double)reference[i] * reference[i];
            error += difference * difference;
        }

        return Decibels(signal, error);
    }

    /// <summary>
    /// Scale-invariant signal-to-distortion ratio (Le Roux, Wisdom, Erdogan and Hershey 2019): energy of the reference, scaled to be
    /// closest to the degraded waveform, divided by that of the rest. −<see cref="Limit"/> for a silent degraded waveform.
    /// </summary>
    /// <inheritdoc cref="Ratio"/>
    public static double? ScaleInvariantDistortion(ReadOnlySpan<float> reference, ReadOnlySpan<float> degraded)
    {
        WaveformPair.Require(reference, degraded);
        return ScaleInvariant(reference, degraded, 0, 0);
    }

    /// <summary>
    /// Scale-invariant signal-to-noise ratio (Luo and Mesgarani 2018): as <see cref="ScaleInvariantDistortion"/>, with each waveform's mean
    /// subtracted first. Null for a constant reference.
    /// </summary>
    /// <inheritdoc cref="Ratio"/>
    public static double? ScaleInvariantNoise(ReadOnlySpan<float> reference, ReadOnlySpan<float> degraded)
    {
        WaveformPair.Require(reference, degraded);
        return ScaleInvariant(reference, degraded, Mean(reference), Mean(degraded));
    }

    private static double? ScaleInvariant(
        ReadOnlySpan<float> reference, ReadOnlySpan<float> degraded, double referenceMean, double degradedMean)
    {
        double product = 0, energy = 0;
        for (int i = 0; i < reference.Length; i++)
        {
            double x = reference[i] - referenceMean;
            product += x * (degraded[i] - degradedMean);
            energy += x * x;
        }

        if (energy == 0) return null;
        double scale = product / energy, error = 0;
        for (int i = 0; i < reference.Length; i++)
        {
            double rest = degraded[i] - degradedMean - scale * (reference[i] - referenceMean);
            error += rest * rest;
        }

        return Decibels(scale * scale * energy, error) ?? -Limit;
    }

    private static double? Decibels(double signal, double error) =>
        signal == 0 && error == 0 ? null : Math.Clamp(10 * Math.Log10(signal / error), -Limit, Limit);

    private static double Mean(ReadOnlySpan<float> samples)
    {
        double sum = 0;
        foreach (float sample in samples) sum += sample;
        return sum / samples.Length;
    }
}
