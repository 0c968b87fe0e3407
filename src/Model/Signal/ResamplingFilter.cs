namespace AudioBsq.Signal;

/// <summary>Which low-pass filter a <see cref="Resampler"/> uses.</summary>
public enum ResamplingFilter
{
    /// <summary>
    /// Kaiser-windowed sinc, 64 zero crossings a side, cut off at 0.95 of half the lower rate: flat up to 0.875 of it, with aliasing
    /// below −100 dB.
    /// </summary>
    Kaiser,

    /// <summary>
    /// The reference's: a sinc with a squared cosine window, 6 zero crossings a side, cut off at 0.99 of half the lower rate. Shorter,
    /// with a gentler slope that lets sound near the edge alias.
    /// </summary>
    Hann,
}
