namespace AudioBsq.Training;

/// <summary>How a model is fitted to mel spectrograms. The same options, data, seed and thread count give the same weights on a CPU.</summary>
public sealed record TrainingOptions
{
    /// <summary>Optimizer steps.</summary>
    public int MaxSteps { get; init; } = 2_000;

    /// <summary>Crops in one step.</summary>
    public int BatchSize { get; init; } = 16;

    /// <summary>Batches whose gradients make one step: the effect of a batch that many times as large, in the memory of one. Entropies of codes are still each batch's own.</summary>
    public int AccumulateBatches { get; init; } = 1;

    /// <summary>Frames of a random crop, rounded up to whole patches; the model's window when null.</summary>
    public int? CropFrames { get; init; }

    /// <summary>Highest learning rate, reached after <see cref="WarmupSteps"/>.</summary>
    public double LearningRate { get; init; } = 1e-3;

    /// <summary>Steps over which the learning rate rises in a straight line from a tenth; a twentieth of <see cref="MaxSteps"/> when null.</summary>
    public int? WarmupSteps { get; init; }

    /// <summary>Learning rate at the last step, as a part of the highest (cosine decay; Loshchilov and Hutter 2017, section 3).</summary>
    public double FinalLearningRate { get; init; } = 0.05;

    /// <summary>AdamW's decay of first moments.</summary>
    public double Beta1 { get; init; } = 0.9;

    /// <summary>AdamW's decay of second moments.</summary>
    public double Beta2 { get; init; } = 0.99;

    /// <summary>AdamW's decoupled weight decay (Loshchilov and Hutter 2019).</summary>
    public double WeightDecay { get; init; } = 1e-4;

    /// <summary>Largest allowed norm of all gradients together; larger ones are scaled down.</summary>
    public double GradientClip { get; init; } = 1;

    /// <summary>Weight of the quantizer's loss beside the reconstruction error, after <see cref="CodebookWarmupSteps"/>.</summary>
    public double CodebookWeight { get; init; } = 0.1;

    /// <summary>Multiple of <see cref="CodebookWeight"/> at step 0, from which it falls in a straight line.</summary>
    public double CodebookWarmupFactor { get; init; } = 3;

    /// <summary>Steps until the quantizer's loss has its final weight; <see cref="MaxSteps"/> when null and fewer than 2,000.</summary>
    public int? CodebookWarmupSteps { get; init; }

    /// <summary>Steps in a row whose loss or gradient may be not finite, and which are skipped, before training gives up.</summary>
    public int MaxSkippedInARow { get; init; } = 20;

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

    /// <summary>A moving average of the weights, which is then what training returns; none when null.</summary>
    public EmaOptions? Ema { get; init; }

    /// <summary>Masks on training crops; none when null.</summary>
    public AugmentationOptions? Augmentation { get; init; }

    /// <summary>A reconstruction error at coarser resolutions too; none when null.</summary>
    public MultiResolutionOptions? MultiResolution { get; init; }

    /// <summary>Training against a discriminator; none when null.</summary>
    public AdversarialOptions? Adversarial { get; init; }

    /// <summary>Files from which an interrupted run goes on; none when null.</summary>
    public CheckpointOptions? Checkpoints { get; init; }

    /// <summary>Seed of the first weights, the order of the clips and the crops.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>auto, cpu, cuda or cuda:N.</summary>
    public string Device { get; init; } = "auto";

    /// <summary>Steps from one progress report to the next.</summary>
    public int ReportEvery { get; init; } = 50;

    /// <summary>Steps from one validation to the next, where there is validation data.</summary>
    public int ValidateEvery { get; init; } = 200;

    /// <summary>Validation clips that a report carries with their reconstructions; 0 for none.</summary>
    public int SampleClips { get; init; } = 2;

    /// <summary>Validations without a better one before training stops early; 0 never stops early. The best weights are kept either way.</summary>
    public int Patience { get; init; }

    internal int EffectiveWarmup => WarmupSteps ?? Math.Max(1, MaxSteps / 20);

    internal int EffectiveCodebookWarmup => CodebookWarmupSteps ?? Math.Clamp(MaxSteps, 1, 2_000);

    internal void Validate()
    {
        Check.Positive(MaxSteps);
        Check.Positive(BatchSize);
        Check.Positive(AccumulateBatches);
        Check.Positive(MaxSkippedInARow);
        Check.That(ReadAheadClips >= 0, ReadAheadClips, "must not be negative");
        Check.That(Enum.IsDefined(Precision), Precision, "must be a defined precision");
        Ema?.Validate();
        Augmentation?.Validate();
        MultiResolution?.Validate();
        Adversarial?.Validate();
        Checkpoints?.Validate();
        Check.That(CropFrames is null or > 0, CropFrames, "must be positive or null");
        Check.That(double.IsFinite(LearningRate) && LearningRate > 0, LearningRate, "must be positive");
        Check.That(WarmupSteps is null or >= 0, WarmupSteps, "must not be negative");
        Check.That(FinalLearningRate is >= 0 and <= 1, FinalLearningRate, "must be from 0 to 1");
        Check.That(Beta1 is >= 0 and < 1, Beta1, "must be from 0 to below 1");
        Check.That(Beta2 is >= 0 and < 1, Beta2, "must be from 0 to below 1");
        Check.That(double.IsFinite(WeightDecay) && WeightDecay >= 0, WeightDecay, "must not be negative");
        Check.That(double.IsFinite(GradientClip) && GradientClip > 0, GradientClip, "must be positive");
        Check.That(double.IsFinite(CodebookWeight) && CodebookWeight >= 0, CodebookWeight, "must not be negative");
        Check.That(double.IsFinite(CodebookWarmupFactor) && CodebookWarmupFactor >= 0, CodebookWarmupFactor, "must not be negative");
        Check.That(CodebookWarmupSteps is null or >= 0, CodebookWarmupSteps, "must not be negative");
        Check.Positive(ReportEvery);
        Check.Positive(ValidateEvery);
        Check.That(SampleClips >= 0, SampleClips, "must not be negative");
        Check.That(Patience >= 0, Patience, "must not be negative");
    }
}
