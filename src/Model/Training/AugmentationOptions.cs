namespace AudioBsq.Training;

/// <summary>
/// SpecAugment (Park et al. 2019, section 2): masks one stretch of frames and one of bands of a training crop with silence. The model must
/// reconstruct the unmasked crop, so it learns to fill gaps.
/// </summary>
public sealed record AugmentationOptions
{
    /// <summary>Chance of each of the two masks, from 0 to 1.</summary>
    public double Probability { get; init; } = 0.5;

    /// <summary>Maximum length of the masked stretch of frames, as a part of the crop, from 0 to 1.</summary>
    public double LargestTimeMask { get; init; } = 0.1;

    /// <summary>Maximum width of the masked stretch of bands, as a part of all bands, from 0 to 1.</summary>
    public double LargestBandMask { get; init; } = 0.1;

    /// <summary>
    /// The model must reconstruct the masked crop instead, as in the published version: it then learns to reconstruct masks.
    /// </summary>
    public bool MaskTarget { get; init; }

    internal void Validate()
    {
        Check.That(Probability is >= 0 and <= 1, Probability, "must be from 0 to 1", "Augmentation.Probability");
        Check.That(LargestTimeMask is >= 0 and <= 1, LargestTimeMask, "must be from 0 to 1", "Augmentation.LargestTimeMask");
        Check.That(LargestBandMask is >= 0 and <= 1, LargestBandMask, "must be from 0 to 1", "Augmentation.LargestBandMask");
    }
}
