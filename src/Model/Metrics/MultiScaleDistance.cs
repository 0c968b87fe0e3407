using AudioBsq.Signal;

namespace AudioBsq.Metrics;

/// <summary>
/// Distances of spectra at several window lengths, as published codec comparisons report them. 0 is best; there is no unit. They depend
/// on loudness and, because windows are counted in samples, on the sample rate: compare figures of one rate only.
/// </summary>
/// <remarks>
/// As in audiotools, which both publications use: periodic Hann windows, a quarter of their length apart, centred and mirrored at the ends;
/// Slaney's mel bands with area normalisation, over amplitudes. Null for empty waveforms.
/// </remarks>
internal static class MultiScaleDistance
{
    private const float MinAmplitude = 1e-5f; // the floor of logarithms

    /// <summary>
    /// Codec-SUPERB's "mel": 150 bands over 2,048 samples and 80 over 512; for each scale the mean absolute difference of log10 of squared
    /// amplitudes plus that of amplitudes, summed (Wu et al. 2024; also the default of the published DAC evaluation).
    /// </summary>
    /// <exception cref="ArgumentException">The lengths differ, a sample is not finite, or the rate is not positive.</exception>
    public static double? CodecMel(ReadOnlySpan<float> reference, ReadOnlySpan<float> degraded, int sampleRate) =>
        Sum(reference, degraded, sampleRate, [(2048, 150), (512, 80)], power: 2, amplitudes: true);

    /// <summary>Codec-SUPERB's "stft": as <see cref="CodecMel"/>, over the bins of windows of 2,048 and 512 samples.</summary>
    /// <exception cref="ArgumentException">The lengths differ or a sample is not finite.</exception>
    public static double? CodecStft(ReadOnlySpan<float> reference, ReadOnlySpan<float> degraded) =>
        Sum(reference, degraded, 1, [(2048, 0), (512, 0)], power: 2, amplitudes: true);

    /// <summary>
    /// DAC's multi-scale mel (Kumar et al. 2023, section 3.5): 5, 10, 20, … 320 bands over 32, 64, 128, … 2,048 samples, the mean absolute
    /// difference of log10 of amplitudes, summed over the seven scales.
    /// </summary>
    /// <inheritdoc cref="CodecMel"/>
    public static double? DacMel(ReadOnlySpan<float> reference, ReadOnlySpan<float> degraded, int sampleRate) =>
        Sum(
            reference, degraded, sampleRate,
            [(32, 5), (64, 10), (128, 20), (256, 40), (512, 80), (1024, 160), (2048, 320)], power: 1, amplitudes: false);

    private static double? Sum(
        ReadOnlySpan<float> reference, ReadOnlySpan<float> degraded, int sampleRate,
        ReadOnlySpan<(int Window, int Bands)> scales, int power, bool amplitudes)
    {
        WaveformPair.Require(reference, degraded);
        Check.Positive(sampleRate);
        if (reference.IsEmpty) return null;
        double sum = 0;
        foreach (var (window, bands) in scales)
        {
            var bank = bands == 0
                ? null
                : new MelFilterBank(window, sampleRate, bands, MelScale.Slaney, MelNorm.Slaney, 0, sampleRate / 2.0);
            float[] first = SpectralFrames.Amplitudes(reference, window, window / 4, bank);
            float[] second = SpectralFrames.Amplitudes(degraded, window, window / 4, bank);
            double logarithms = 0, differences = 0;
            for (int i = 0; i < first.Length; i++)
            {
                logarithms += Math.Abs(Math.Log10(Math.Max(first[i], MinAmplitude)) - Math.Log10(Math.Max(second[i], MinAmplitude)));
                differences += Math.Abs((double)first[i] - second[i]);
            }

            sum += (power * logarithms + (amplitudes ? differences : 0)) / first.Length;
        }

        return sum;
    }
}
