using AudioBsq.Signal.Fft;

namespace AudioBsq.Metrics;

/// <summary>
/// Log-spectral distance (Gray and Markel 1976): how far the level of every bin is off, root mean square over a frame's bins,
/// mean over frames, in dB. 0 is best.
/// </summary>
/// <remarks>
/// Windows of 64 ms (the power of two nearest to it) every quarter. Levels are held at 80 dB below the bin power of a full-scale sine, so
/// that silence has a level; loudness counts. Between 0 and about 82 dB.
/// </remarks>
public static class LogSpectralDistance
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
        double least = Math.Pow(10, Floor / 10) * Math.Pow(window / 4.0, 2), sum = 0;
        for (int frame = 0; frame < first.Length; frame += stft.Bins)
        {
            double squares = 0;
            for (int bin = frame; bin < frame + stft.Bins; bin++)
            {
                double difference = 10 * Math.Log10(Math.Max(first[bin], least) / Math.Max(second[bin], least));
                squares += difference * difference;
            }

            sum += Math.Sqrt(squares / stft.Bins);
        }

        return sum / (first.Length / stft.Bins);
    }
}
