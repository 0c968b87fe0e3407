namespace AudioBsq.Signal;

/// <summary>Which low-pass filter a <see cref="Resampler"/> uses.</summary>
public enum ResamplingFilter
{
    /// <summary>
    /// Kaiser-windowed sinc, 64 zero crossings a side, cut off at 0.95 of the lower rate's half: flat up to 0.875 of it, and what
    /// folds back is below −100 dB.
    /// </summary>
    Kaiser,

    /// <summary>
    /// The reference's: a sinc under a squared cosine, 6 zero crossings a side, cut off at 0.99 of the lower rate's half. Shorter,
    /// with a gentler slope that lets sound near the edge fold back.
    /// </summary>
    Hann,
}
