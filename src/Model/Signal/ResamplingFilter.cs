namespace AudioBsq.Signal;

/// <summary>Which low-pass filter a <see cref="Resampler"/> uses.</summary>
public enum ResamplingFilter
{
    /// <summary>Kaiser-windowed sinc, 64 zero crossings a side, cut off at 0.95 of the lower rate's half: flat in the band, nothing folded back.</summary>
    Kaiser,

    /// <summary>The reference's: a sinc under a squared cosine, 6 zero crossings a side, cut off at 0.99 of the lower rate's half. Shorter and softer.</summary>
    Hann,
}
