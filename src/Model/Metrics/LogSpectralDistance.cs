using AudioBsq.Signal.Fft;

namespace AudioBsq.Metrics;

/// <summary>
/// Log-spectral distance (Gray and Markel 1976): the difference of levels, root mean square over the bins of a frame, mean over frames,
/// in dB. 0 is best.
/// </summary>
/// <remarks>
/// Windows of 64 ms (the nearest power of two), a quarter of it apart. Levels have a floor 80 dB below the bin power of a full-scale sine,
/// so silence has a level. Depends on loudness. Between 0 and about 82 dB.
/// </remarks>
internal static class LogSpectralDistance
{
    private const double Floor = -80; // dB

    /// <summary>The distance in dB; null for empty waveforms.</summary>
    /// <exception cref="ArgumentException">The lengths differ, a sample is not finite, or the rate is not positive.</exception>
    public static double? Measure(ReadOnlySpan<float> reference, ReadOnlySpan<float> degraded, int sampleRate)
    {
        WaveformPair.Require(reference, degraded);
        Check.Positive(sampleRate);
        if (reference.IsEmpty) return null;
        int window = SpectralFrames.WindowOf(sampleRate);
        var stft = new Stft(window, window / 4);
        float[] first = stft.Power(reference), second = stft.Power(degraded);
        double floor = Math.Pow(10, Floor / 10) * Math.Pow(window / 4.0, 2), sum = 0;
        for (int frame = 0; frame < first.Length; frame += stft.Bins)
        {
            double squares = 0;
            for (int bin = frame; bin < frame + stft.Bins; bin++)
            {
                double difference = 10 * Math.Log10(Math.Max(first[bin], floor) / Math.Max(second[bin], floor));
                squares += difference * difference;
            }

            sum += Math.Sqrt(squares / stft.Bins);
        }

        return sum / (first.Length / stft.Bins);
    }
}
