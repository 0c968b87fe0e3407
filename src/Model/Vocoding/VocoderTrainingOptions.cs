using AudioBsq.Signal;

namespace AudioBsq.Vocoding;

/// <summary>How a vocoder is fitted to sound. The same options, data, seed and thread count give the same weights on a CPU.</summary>
public sealed record VocoderTrainingOptions
{
    /// <summary>Optimizer steps.</summary>
    public int MaxSteps { get; init; } = 5_000;

    /// <summary>Crops in one step.</summary>
    public int BatchSize { get; init; } = 16;

    /// <summary>Frames of a random crop; shorter clips are followed by silence.</summary>
    public int CropFrames { get; init; } = 64;

    /// <summary>Highest learning rate, reached after <see cref="WarmupSteps"/>.</summary>
    public double LearningRate { get; init; } = 2e-3;

    /// <summary>Steps over which the learning rate rises in a straight line from a tenth; a twentieth of <see cref="MaxSteps"/> when null.</summary>
    public int? WarmupSteps { get; init; }

    /// <summary>Learning rate at the last step, as a part of the highest (cosine decay; Loshchilov and Hutter 2017, section 3).</summary>
    public double FinalLearningRate { get; init; } = 0.02;

    /// <summary>AdamW's decay of first moments.</summary>
    public double Beta1 { get; init; } = 0.8;

    /// <summary>AdamW's decay of second moments.</summary>
    public double Beta2 { get; init; } = 0.99;

    /// <summary>AdamW's decoupled weight decay (Loshchilov and Hutter 2019).</summary>
    public double WeightDecay { get; init; } = 0.01;

    /// <summary>Largest allowed norm of all gradients together; larger ones are scaled down.</summary>
    public double GradientClip { get; init; } = 1;

    /// <summary>Crops are made louder or quieter by up to so many decibels, at random.</summary>
    public double GainDecibels { get; init; } = 6;

    /// <summary>Weight of the multi-resolution STFT loss: spectral convergence and log magnitude (Yamamoto et al. 2020, section 2.2).</summary>
    public double StftWeight { get; init; } = 1;

    /// <summary>Weight of the mean absolute difference of log mel spectrograms (Kong et al. 2020, "HiFi-GAN", section 2.3).</summary>
    public double MelWeight { get; init; } = 1;

    /// <summary>Weight of the mean absolute difference of the head's log magnitude to the true one (Ai and Ling 2023, "APNet", section III-C).</summary>
    public double MagnitudeWeight { get; init; } = 1;

    /// <summary>Weight of the phase losses: phase, group delay and change from frame to frame, free of wrapping (Ai and Ling 2023, section III-C).</summary>
    public double PhaseWeight { get; init; } = 0.5;

    /// <summary>Weight of the difference between the head's spectrum and that of the sound it makes (Ai and Ling 2023, section III-C).</summary>
    public double ConsistencyWeight { get; init; } = 0.3;

    /// <summary>
    /// Weight of the mean absolute difference of the crops' levels in nepers. The other terms are content with sound that is a decibel too quiet,
    /// since what cannot be foretold is best guessed small.
    /// </summary>
    public double LevelWeight { get; init; } = 1;

    /// <summary>Training against discriminators; none when null.</summary>
    public VocoderAdversarialOptions? Adversarial { get; init; }

    /// <summary>Steps in a row whose loss or gradient may be not finite, and which are skipped, before training gives up.</summary>
    public int MaxSkippedInARow { get; init; } = 20;

    /// <summary>Seed of the first weights, the order of the clips, the crops and their gains.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>auto, cpu, cuda or cuda:N.</summary>
    public string Device { get; init; } = "auto";

    /// <summary>Steps from one progress report to the next.</summary>
    public int ReportEvery { get; init; } = 50;

    internal int EffectiveWarmup => WarmupSteps ?? Math.Max(1, MaxSteps / 20);

    internal void Validate()
    {
        Check.Positive(MaxSteps);
        Check.Positive(BatchSize);
        Check.Positive(CropFrames);
        Check.Positive(MaxSkippedInARow);
        Check.Positive(ReportEvery);
        Check.That(double.IsFinite(LearningRate) && LearningRate > 0, LearningRate, "must be positive");
        Check.That(WarmupSteps is null or >= 0, WarmupSteps, "must not be negative");
        Check.That(FinalLearningRate is >= 0 and <= 1, FinalLearningRate, "must be from 0 to 1");
        Check.That(Beta1 is >= 0 and < 1, Beta1, "must be from 0 to below 1");
        Check.That(Beta2 is >= 0 and < 1, Beta2, "must be from 0 to below 1");
        Check.That(double.IsFinite(GradientClip) && GradientClip > 0, GradientClip, "must be positive");
        Check.That(GainDecibels is >= 0 and <= 60, GainDecibels, "must be from 0 to 60");
        Adversarial?.Validate();
        NotNegative(WeightDecay, nameof(WeightDecay));
        NotNegative(StftWeight, nameof(StftWeight));
        NotNegative(MelWeight, nameof(MelWeight));
        NotNegative(MagnitudeWeight, nameof(MagnitudeWeight));
        NotNegative(PhaseWeight, nameof(PhaseWeight));
        NotNegative(ConsistencyWeight, nameof(ConsistencyWeight));
        NotNegative(LevelWeight, nameof(LevelWeight));
    }

    internal void Validate(MelOptions mel)
    {
        Validate();
        int least = 2 * InverseStft.Reach(mel) + 2; // what is left of a crop without the frames that look beyond it
        Check.That(CropFrames >= least, CropFrames, $"must be at least {least} for windows of {mel.FftLength} samples and a hop of {mel.HopLength}");
    }

    private static void NotNegative(double value, string name) => Check.That(double.IsFinite(value) && value >= 0, value, "must not be negative", name);
}
