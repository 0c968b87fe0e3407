using AudioBsq.Networks;

namespace AudioBsq.Training;

/// <summary>
/// Masked pre-training of an encoder: it sees a part of the patches of a crop, and a light decoder guesses the others (Huang et al. 2022,
/// "Masked Autoencoders that Listen").
/// </summary>
public sealed record PretrainingOptions
{
    /// <summary>
    /// Optimizer, schedule, crops, precision, averages, checkpoints and reports. What it says of quantizer, discriminator, masks on crops,
    /// other resolutions, frozen parts and patience is not used.
    /// </summary>
    public TrainingOptions Training { get; init; } = new();

    /// <summary>Part of the patches that is masked, above 0 and below 1.</summary>
    public double MaskRatio { get; init; } = 0.8;

    /// <summary>Which patches are masked.</summary>
    public PatchMask Mask { get; init; } = PatchMask.Unstructured;

    /// <summary>
    /// Whether the decoder guesses each patch's values after their mean was subtracted and they were divided by their standard deviation
    /// (He et al. 2022, section 3), so that quiet patches count as much as loud ones.
    /// </summary>
    public bool NormalizePatches { get; init; } = true;

    /// <summary>The decoder, which is thrown away afterwards.</summary>
    public MaskedDecoderOptions Decoder { get; init; } = new();

    internal void Validate(AudioBsqOptions model)
    {
        ArgumentNullException.ThrowIfNull(Training);
        ArgumentNullException.ThrowIfNull(Decoder);
        Training.Validate();
        Decoder.Validate();
        Check.That(MaskRatio is > 0 and < 1, MaskRatio, "must be above 0 and below 1");
        Check.That(Enum.IsDefined(Mask), Mask, "must be a defined mask");
        bool wholeRows = Mask is PatchMask.Frequency or PatchMask.TimeAndFrequency;
        Check.That(
            !wholeRows || model.PatchesPerStep > 1, Mask,
            $"needs several rows of patches, and patches of {model.PatchBands} of {model.Bands} bands make one: "
            + $"choose {nameof(PatchMask.Unstructured)} or {nameof(PatchMask.Time)}");
    }

    /// <summary>The options that a resumed run must share with the interrupted one.</summary>
    internal PretrainingOptions Essential() => this with { Training = (TrainingOptions)Training.Essential() };
}
