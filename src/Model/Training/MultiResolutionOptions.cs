namespace AudioBsq.Training;

/// <summary>
/// A further reconstruction error, on averages of 2 × 2, 4 × 4, … frames and bands: large patches of wrong level cost more than the same
/// error scattered. Several resolutions at once are the idea of Yamamoto et al. 2020 ("Parallel WaveGAN", section 2.2), who take spectrograms of a
/// waveform; here the mel spectrogram itself is averaged.
/// </summary>
public sealed record MultiResolutionOptions
{
    /// <summary>Weight of the mean over the resolutions, beside 1 for the full resolution.</summary>
    public double Weight { get; init; } = 1;

    /// <summary>Resolutions: the n-th averages 2ⁿ × 2ⁿ numbers. From 1 to 8.</summary>
    public int Resolutions { get; init; } = 3;

    internal void Validate()
    {
        Check.That(double.IsFinite(Weight) && Weight >= 0, Weight, "must not be negative", "MultiResolution.Weight");
        Check.That(Resolutions is >= 1 and <= 8, Resolutions, "must be from 1 to 8", "MultiResolution.Resolutions");
    }
}
