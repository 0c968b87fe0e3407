using AudioBsq.Signal;

namespace AudioBsq.Metrics;

/// <summary>Average error of mel spectrograms over frames and bands. 0 is best. Depends on loudness.</summary>
/// <param name="MeanAbsolute">Average absolute difference, in the mel's unit: decibels by default.</param>
/// <param name="MeanSquared">Average squared difference, in that unit squared.</param>
internal sealed record MelError(double MeanAbsolute, double MeanSquared)
{
    /// <summary>Of the mel spectrograms of two waveforms; null for empty ones.</summary>
    /// <param name="reference">The original.</param>
    /// <param name="degraded">Its reconstruction.</param>
    /// <param name="mel">How spectrograms are made, with the unit of the errors.</param>
    /// <exception cref="ArgumentException">The lengths differ or a sample is not finite.</exception>
    public static MelError? Measure(ReadOnlySpan<float> reference, ReadOnlySpan<float> degraded, MelOptions mel)
    {
        WaveformPair.Require(reference, degraded);
        var spectrogram = new MelSpectrogram(mel);
        return Of(spectrogram.Extract(reference), spectrogram.Extract(degraded));
    }

    /// <summary>Of two mel spectrograms of one shape; null for empty ones.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static MelError? Of(ReadOnlySpan<float> reference, ReadOnlySpan<float> degraded)
    {
        WaveformPair.RequireEqualLengths(reference.Length, degraded.Length);
        double absolute = 0, squared = 0;
        for (int i = 0; i < reference.Length; i++)
        {
            double difference = (double)degraded[i] - reference[i];
            absolute += Math.Abs(difference);
            squared += difference * difference;
        }

        return reference.IsEmpty ? null : new MelError(absolute / reference.Length, squared / reference.Length);
    }
}
