namespace AudioBsq.Training;

/// <summary>
/// What the loss is made of. <see cref="TrainingLoopProgress.Loss"/> is the sum of reconstruction, quantizer, multi-resolution and adversarial term,
/// each with its weight. Averages are over the steps since the last report; those of terms that may be null are over the steps that had them.
/// </summary>
public sealed record LossTerms
{
    /// <summary>Mean absolute error in network units, in which the range of levels is 2 wide; <see cref="TrainingProgress.MeanAbsoluteError"/> is the same in the unit of the mel column.</summary>
    public required double Reconstruction { get; init; }

    /// <summary>The quantizer's loss times its weight (<see cref="TrainingOptions.CodebookWeight"/>, more of it in the first steps). Below 0 where the code is more varied than single positions are undecided.</summary>
    public required double Quantizer { get; init; }

    /// <summary>The quantizer's loss before that weight: commitment and entropies.</summary>
    public required double UnweightedQuantizer { get; init; }

    /// <summary>Error at coarser resolutions; null without <see cref="TrainingOptions.MultiResolution"/>.</summary>
    public double? MultiResolution { get; init; }

    /// <summary>The model's loss for being told from originals, the adaptive weight included; null where no discriminator acts.</summary>
    public double? Adversarial { get; init; }
}
