namespace AudioBsq.Training;

/// <summary>How a model is fitted to mel spectrograms. The same options, data, seed and thread count give the same weights on a CPU.</summary>
public sealed record TrainingOptions : TrainingLoopOptions
{
    /// <summary>2,000 steps of 16 crops.</summary>
    public TrainingOptions() =>
        (MaxSteps, LearningRate, FinalLearningRate, Beta1, WeightDecay) = (2_000, 1e-3, 0.05, 0.9, 1e-4);

    /// <summary>Batches whose gradients make one step: the effect of a batch that many times as large, in the memory of one. Entropies of codes are still each batch's own.</summary>
    public int AccumulateBatches { get; init; } = 1;

    /// <summary>Frames of a random crop, rounded up to whole patches; the model's window when null.</summary>
    public int? CropFrames { get; init; }

    /// <summary>Weight of the quantizer's loss beside the reconstruction error, after <see cref="CodebookWarmupSteps"/>.</summary>
    public double CodebookWeight { get; init; } = 0.1;

    /// <summary>Multiple of <see cref="CodebookWeight"/> at step 0, from which it falls in a straight line.</summary>
    public double CodebookWarmupFactor { get; init; } = 3;

    /// <summary>Steps until the quantizer's loss has its final weight; <see cref="TrainingLoopOptions.MaxSteps"/> when null and fewer than 2,000.</summary>
    public int? CodebookWarmupSteps { get; init; }

    /// <summary>Number format of matrix products and attention in training.</summary>
    public TrainingPrecision Precision { get; init; } = TrainingPrecision.Full;

    /// <summary>
    /// Keeps only the input of each block and computes the block again in the backward pass (Chen et al. 2016): a half to a quarter of the memory, for
    /// about a fifth to a third more time, and the same gradients.
    /// </summary>
    public bool ActivationCheckpointing { get; init; }

    /// <summary>
    /// Most clips that a thread of its own reads ahead of the network, which hold 64 MB at most but for the last; 0 reads each when it is needed.
    /// The weights do not depend on it.
    /// </summary>
    public int ReadAheadClips { get; init; } = 64;

    /// <summary>Masks on training crops; none when null.</summary>
    public AugmentationOptions? Augmentation { get; init; }

    /// <summary>A reconstruction error at coarser resolutions too; none when null.</summary>
    public MultiResolutionOptions? MultiResolution { get; init; }

    /// <summary>Training against a discriminator; none when null.</summary>
    public AdversarialOptions? Adversarial { get; init; }

    /// <summary>Steps from one validation to the next, where there is validation data.</summary>
    public int ValidateEvery { get; init; } = 200;

    /// <summary>Validation clips that a report carries with their reconstructions; 0 for none.</summary>
    public int SampleClips { get; init; } = 2;

    /// <summary>Validations without a better one before training stops early; 0 never stops early. The best weights are kept either way.</summary>
    public int Patience { get; init; }

    internal int EffectiveCodebookWarmup => CodebookWarmupSteps ?? Math.Clamp(MaxSteps, 1, 2_000);

    internal override void Validate()
    {
        base.Validate();
        Check.Positive(AccumulateBatches);
        Check.That(ReadAheadClips >= 0, ReadAheadClips, "must not be negative");
        Check.That(Enum.IsDefined(Precision), Precision, "must be a defined precision");
        Augmentation?.Validate();
        MultiResolution?.Validate();
        Adversarial?.Validate();
        Check.That(CropFrames is null or > 0, CropFrames, "must be positive or null");
        Check.That(double.IsFinite(CodebookWeight) && CodebookWeight >= 0, CodebookWeight, "must not be negative");
        Check.That(double.IsFinite(CodebookWarmupFactor) && CodebookWarmupFactor >= 0, CodebookWarmupFactor, "must not be negative");
        Check.That(CodebookWarmupSteps is null or >= 0, CodebookWarmupSteps, "must not be negative");
        Check.Positive(ValidateEvery);
        Check.That(SampleClips >= 0, SampleClips, "must not be negative");
        Check.That(Patience >= 0, Patience, "must not be negative");
    }

    internal override TrainingLoopOptions Essential() => (TrainingOptions)base.Essential() with
    {
        ActivationCheckpointing = false,
        ReadAheadClips = 0,
        ValidateEvery = 1,
        SampleClips = 0,
        Patience = 0,
    };
}
