namespace AudioBsq.Training;

/// <summary>
/// A reconstruction error at lower resolutions too: of averages over 2 × 2, 4 × 4, … frames and bands. Large patches with a wrong level
/// then cost more than scattered errors. After the multi-resolution STFT loss (Yamamoto et al. 2020, "Parallel WaveGAN", section 2.2),
/// whose resolutions are those of spectrograms; here the mel spectrogram is averaged.
/// </summary>
public sealed record MultiResolutionOptions
{
    /// <summary>Weight of the mean over the resolutions; the full resolution has weight 1.</summary>
    public double Weight { get; init; } = 1;

    /// <summary>Number of resolutions, from 1 to 8; the n-th averages 2ⁿ × 2ⁿ values.</summary>
    public int Resolutions { get; init; } = 3;

    internal void Validate()
    {
        Check.That(double.IsFinite(Weight) && Weight >= 0, Weight, "must not be negative", "MultiResolution.Weight");
        Check.That(Resolutions is >= 1 and <= 8, Resolutions, "must be from 1 to 8", "MultiResolution.Resolutions");
    }
}
