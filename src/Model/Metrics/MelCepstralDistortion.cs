using AudioBsq.Signal;

namespace AudioBsq.Metrics;

/// <summary>
/// Mel-cepstral distortion (Kubichek 1993): (10 / ln 10)·√(2·Σ Δc²) over the cepstral coefficients 1 to 13, mean over frames, in dB.
/// 0 is best. It leaves out coefficient 0, the loudness.
/// </summary>
/// <remarks>
/// The cepstrum is that of ln power over the mel axis, ln P = c₀ + 2·Σ c·cos, for which the formula was made: the result is the root mean
/// square of the smoothed spectra's difference in dB, for any number of bands. An orthonormal DCT makes it √(2·bands) times as large.
/// Frames are compared one by one, without time warping.
/// </remarks>
internal static class MelCepstralDistortion
{
    private const int Coefficients = 13;

    /// <summary>
    /// Of two waveforms, by 80 HTK mel bands in windows of 64 ms (the nearest power of two), a quarter of it apart, with a floor at −80 dB
    /// of full scale. Null for empty ones.
    /// </summary>
    /// <exception cref="ArgumentException">The lengths differ, a sample is not finite, or the rate is out of range.</exception>
    public static double? Measure(ReadOnlySpan<float> reference, ReadOnlySpan<float> degraded, int sampleRate)
    {
        WaveformPair.Require(reference, degraded);
        Check.Positive(sampleRate);
        int window = SpectralFrames.WindowOf(sampleRate);
        var mel = new MelSpectrogram(new MelOptions { SampleRate = sampleRate, FftLength = window, HopLength = window / 4, Bands = 80 });
        return MeasureMel(mel.Extract(reference), mel.Extract(degraded), mel.Options.Bands);
    }

    /// <summary>Of two mel spectrograms (frames, bands) in decibels; null for empty ones.</summary>
    /// <exception cref="ArgumentException">The lengths differ or are no whole frames, or there are fewer than 14 bands.</exception>
    public static double? MeasureMel(ReadOnlySpan<float> reference, ReadOnlySpan<float> degraded, int bands)
    {
        Check.That(bands > Coefficients, bands, "must be more than 13");
        Check.That(reference.Length % bands == 0, reference.Length, $"must be a multiple of {bands} bands", "reference.Length");
        WaveformPair.RequireEqualLengths(reference.Length, degraded.Length);
        double[] cosines = new double[Coefficients * bands];
        for (int i = 0; i < cosines.Length; i++) cosines[i] = Math.Cos(Math.PI * (1 + i / bands) * (i % bands + 0.5) / bands);
        double sum = 0;
        for (int frame = 0; frame < reference.Length; frame += bands)
        {
            double squares = 0;
            for (int row = 0; row < cosines.Length; row += bands)
            {
                double difference = 0; // the coefficient, in dB, of the difference of both frames
                for (int band = 0; band < bands; band++)
                    difference += cosines[row + band] * ((double)reference[frame + band] - degraded[frame + band]);

                squares += difference / bands * (difference / bands);
            }

            sum += Math.Sqrt(2 * squares);
        }

        return reference.IsEmpty ? null : sum / (reference.Length / bands);
    }
}
