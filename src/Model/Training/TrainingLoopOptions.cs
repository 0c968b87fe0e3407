namespace AudioBsq.Training;

/// <summary>Options that the training of tokenizer and vocoder share: optimizer, schedule, averages, checkpoints and reports.</summary>
public abstract record TrainingLoopOptions
{
    private protected TrainingLoopOptions()
    {
    }

    /// <summary>Optimizer steps.</summary>
    public int MaxSteps { get; init; }

    /// <summary>Crops in one step.</summary>
    public int BatchSize { get; init; } = 16;

    /// <summary>Highest learning rate, reached after <see cref="WarmupSteps"/>.</summary>
    public double LearningRate { get; init; }

    /// <summary>Steps over which the learning rate rises linearly from a tenth; a twentieth of <see cref="MaxSteps"/> when null.</summary>
    public int? WarmupSteps { get; init; }

    /// <summary>
    /// Learning rate at the last step, as a part of the highest one (cosine decay; Loshchilov and Hutter 2017, section 3).
    /// </summary>
    public double FinalLearningRate { get; init; }

    /// <summary>AdamW's decay of first moments.</summary>
    public double Beta1 { get; init; }

    /// <summary>AdamW's decay of second moments.</summary>
    public double Beta2 { get; init; } = 0.99;

    /// <summary>AdamW's decoupled weight decay (Loshchilov and Hutter 2019).</summary>
    public double WeightDecay { get; init; }

    /// <summary>Maximum norm of all gradients together; larger gradients are scaled down.</summary>
    public double GradientClip { get; init; } = 1;

    /// <summary>Training fails after this many skipped steps in a row. A step is skipped if its loss or a gradient is not finite.</summary>
    public int MaxSkippedInARow { get; init; } = 20;

    /// <summary>A moving average of the weights, which training then returns; none when null.</summary>
    public EmaOptions? Ema { get; init; }

    /// <summary>Checkpoints, to resume an interrupted run; none when null.</summary>
    public CheckpointOptions? Checkpoints { get; init; }

    /// <summary>Seed of the initial weights, the order of the clips and the crops.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>auto, cpu, cuda or cuda:N.</summary>
    public string Device { get; init; } = "auto";

    /// <summary>
    /// Threads that share the crops of a batch on a CPU, each with its part of torch's threads and with gradients of its own: faster than
    /// torch's threads by themselves, by more the smaller the network is. When null as many as torch's threads, at most
    /// <see cref="BatchSize"/>, and fewer where their gradients would take more than 1 GiB. One where ranks train together, where a network
    /// has dropout, and in pre-training. The weights depend on it by rounding alone.
    /// </summary>
    public int? Workers { get; init; }

    /// <summary>Steps from one progress report to the next.</summary>
    public int ReportEvery { get; init; } = 50;

    internal int EffectiveWarmup => WarmupSteps ?? Math.Max(1, MaxSteps / 20);

    internal virtual void Validate()
    {
        Check.Positive(MaxSteps);
        Check.Positive(BatchSize);
        Check.Positive(MaxSkippedInARow);
        Check.Positive(ReportEvery);
        Check.That(Workers is null or > 0, Workers, "must be positive or null");
        Check.That(double.IsFinite(LearningRate) && LearningRate > 0, LearningRate, "must be positive");
        Check.That(WarmupSteps is null or >= 0, WarmupSteps, "must not be negative");
        Check.That(FinalLearningRate is >= 0 and <= 1, FinalLearningRate, "must be from 0 to 1");
        Check.That(Beta1 is >= 0 and < 1, Beta1, "must be from 0 to below 1");
        Check.That(Beta2 is >= 0 and < 1, Beta2, "must be from 0 to below 1");
        Check.That(double.IsFinite(WeightDecay) && WeightDecay >= 0, WeightDecay, "must not be negative");
        Check.That(double.IsFinite(GradientClip) && GradientClip > 0, GradientClip, "must be positive");
        Ema?.Validate();
        Checkpoints?.Validate();
    }

    /// <summary>
    /// The options that a resumed run must share with the interrupted one; the others (length, device, reports) have default values.
    /// </summary>
    internal virtual TrainingLoopOptions Essential() => this with
    {
        MaxSteps = 1,
        Device = "auto",
        Workers = null,
        Ema = Ema is null ? null : Ema with { Device = null },
        ReportEvery = 1,
        Checkpoints = null,
    };
}
