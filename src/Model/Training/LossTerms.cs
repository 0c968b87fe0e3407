namespace AudioBsq.Training;

/// <summary>
/// The terms of <see cref="TrainingLoopProgress.Loss"/>, which is the weighted sum of reconstruction, quantizer, multi-resolution,
/// envelope, scale and adversarial term. Averages over the steps since the last report; a term that may be null is averaged over the steps
/// that have it.
/// </summary>
public sealed record LossTerms
{
    /// <summary>
    /// Mean absolute error in network units, in which the level range has width 2. <see cref="TrainingProgress.MeanAbsoluteError"/> is the
    /// same error in the unit of the mel column.
    /// </summary>
    public required double Reconstruction { get; init; }

    /// <summary>
    /// The quantizer's loss times its weight (<see cref="TrainingOptions.CodebookWeight"/>, larger in the first steps). Negative where the
    /// entropy of the codebook exceeds that of single positions.
    /// </summary>
    public required double Quantizer { get; init; }

    /// <summary>The quantizer's loss without that weight: commitment and entropies.</summary>
    public required double UnweightedQuantizer { get; init; }

    /// <summary>Error at lower resolutions; null without <see cref="TrainingOptions.MultiResolution"/>.</summary>
    public double? MultiResolution { get; init; }

    /// <summary>Distance of envelopes, with its weight; null without <see cref="TrainingOptions.Envelope"/>.</summary>
    public double? Envelope { get; init; }

    /// <summary>Error of further windows, with its weight; null without <see cref="TrainingOptions.ScaleWeight"/>.</summary>
    public double? Scales { get; init; }

    /// <summary>The model's adversarial loss, with its adaptive weight; null where no discriminator is used.</summary>
    public double? Adversarial { get; init; }
}
