namespace AudioBsq.Training;

/// <summary>Training of a tokenizer. On a CPU, the same options, data, seed and number of threads give the same weights.</summary>
public sealed record TrainingOptions : TrainingLoopOptions
{
    /// <summary>2,000 steps of 16 crops.</summary>
    public TrainingOptions() =>
        (MaxSteps, LearningRate, FinalLearningRate, Beta1, WeightDecay) = (2_000, 1e-3, 0.05, 0.9, 1e-4);

    /// <summary>
    /// Batches whose gradients are added for one step: the effect of a batch so many times as large, with the memory of one. Entropies of
    /// codes are still computed for each batch.
    /// </summary>
    public int AccumulateBatches { get; init; } = 1;

    /// <summary>Frames of a random crop, rounded up to whole patches; the model's window when null.</summary>
    public int? CropFrames { get; init; }

    /// <summary>
    /// Random crops of a clip, from 1 to 16, of which the one with the highest mean level is trained on: with more than one, pauses are
    /// rarer in training than in the data.
    /// </summary>
    public int CropCandidates { get; init; } = 1;

    /// <summary>Weight of the quantizer's loss, after <see cref="CodebookWarmupSteps"/>; the reconstruction error has weight 1.</summary>
    public double CodebookWeight { get; init; } = 0.1;

    /// <summary>Multiple of <see cref="CodebookWeight"/> at step 0, followed by linear decay.</summary>
    public double CodebookWarmupFactor { get; init; } = 3;

    /// <summary>
    /// Steps until the quantizer's loss has its final weight; 2,000, or <see cref="TrainingLoopOptions.MaxSteps"/> if fewer, when null.
    /// </summary>
    public int? CodebookWarmupSteps { get; init; }

    /// <summary>
    /// Number format of matrix products and attention in training. A run that is resumed with another one goes on in that.
    /// </summary>
    public TrainingPrecision Precision { get; init; } = TrainingPrecision.Full;

    /// <summary>
    /// Activation checkpointing (Chen et al. 2016): keeps only the input of each block and computes the block again in the backward pass.
    /// Gradients are the same, memory is a half to a quarter, and a step takes a fifth to a third more time.
    /// </summary>
    public bool ActivationCheckpointing { get; init; }

    /// <summary>
    /// Maximum number of clips that are read ahead on a thread of their own, at most 64 MB except for the last; 0 to read each when it is
    /// needed. The weights do not depend on it.
    /// </summary>
    public int ReadAheadClips { get; init; } = 64;

    /// <summary>Masks on training crops; none when null.</summary>
    public AugmentationOptions? Augmentation { get; init; }

    /// <summary>A reconstruction error at lower resolutions too; none when null.</summary>
    public MultiResolutionOptions? MultiResolution { get; init; }

    /// <summary>A loss term of envelopes too, for intelligibility; none when null.</summary>
    public EnvelopeOptions? Envelope { get; init; }

    /// <summary>
    /// Weight of the error of the bands of <c>MelOptions.ExtraWindows</c>, which a linear layer predicts from the decoder's last features
    /// in training alone; 0 for none.
    /// </summary>
    public double ScaleWeight { get; init; }

    /// <summary>The half whose weights stay as they are, which makes sense for a run that starts from a trained model.</summary>
    public FrozenHalf Frozen { get; init; }

    /// <summary>Steps for which <see cref="Frozen"/> holds; all when null.</summary>
    public int? FrozenSteps { get; init; }

    /// <summary>Adversarial training with a discriminator; none when null.</summary>
    public AdversarialOptions? Adversarial { get; init; }

    /// <summary>Steps from one validation to the next, where there is validation data.</summary>
    public int ValidateEvery { get; init; } = 200;

    /// <summary>Number of validation clips that a report has, with their reconstructions; 0 for none.</summary>
    public int SampleClips { get; init; } = 2;

    /// <summary>
    /// Training stops early after this many validations without a lower <see cref="TrainingProgress.ValidationLoss"/>; 0 for never. It
    /// returns the weights with the lowest in any case.
    /// </summary>
    public int Patience { get; init; }

    /// <summary>The half whose weights this step leaves as they are.</summary>
    internal FrozenHalf FrozenAt(int step) => step < (FrozenSteps ?? int.MaxValue) ? Frozen : FrozenHalf.None;

    internal int EffectiveCodebookWarmup => CodebookWarmupSteps ?? Math.Clamp(MaxSteps, 1, 2_000);

    internal override void Validate()
    {
        base.Validate();
        Check.Positive(AccumulateBatches);
        Check.That(CropCandidates is >= 1 and <= 16, CropCandidates, "must be from 1 to 16");
        Check.That(ReadAheadClips >= 0, ReadAheadClips, "must not be negative");
        Check.That(Enum.IsDefined(Precision), Precision, "must be a defined precision");
        Augmentation?.Validate();
        MultiResolution?.Validate();
        Envelope?.Validate();
        Adversarial?.Validate();
        Check.That(CropFrames is null or > 0, CropFrames, "must be positive or null");
        Check.That(double.IsFinite(CodebookWeight) && CodebookWeight >= 0, CodebookWeight, "must not be negative");
        Check.That(double.IsFinite(CodebookWarmupFactor) && CodebookWarmupFactor >= 0, CodebookWarmupFactor, "must not be negative");
        Check.That(CodebookWarmupSteps is null or >= 0, CodebookWarmupSteps, "must not be negative");
        Check.That(double.IsFinite(ScaleWeight) && ScaleWeight >= 0, ScaleWeight, "must be finite and not negative");
        Check.That(Enum.IsDefined(Frozen), Frozen, "must be a defined half");
        Check.That(FrozenSteps is null or > 0, FrozenSteps, "must be positive or null");
        Check.That(
            Frozen != FrozenHalf.Decoder || Adversarial is not { Adaptive: true }, Frozen,
            $"cannot be {FrozenHalf.Decoder} with an adaptive weight of the discriminator, which depends on the decoder's gradients");
        Check.Positive(ValidateEvery);
        Check.That(SampleClips >= 0, SampleClips, "must not be negative");
        Check.That(Patience >= 0, Patience, "must not be negative");
    }

    internal override TrainingLoopOptions Essential() => (TrainingOptions)base.Essential() with
    {
        ActivationCheckpointing = false,
        Precision = TrainingPrecision.Full,
        ReadAheadClips = 0,
        ValidateEvery = 1,
        SampleClips = 0,
        Patience = 0,
    };
}
