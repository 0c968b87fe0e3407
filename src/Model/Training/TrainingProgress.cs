using AudioBsq.Metrics;

namespace AudioBsq.Training;

/// <summary>Where a training run stands. Averages are over the steps since the last report.</summary>
public sealed record TrainingProgress
{
    /// <summary>Optimizer steps done, from 1.</summary>
    public required int Step { get; init; }

    /// <summary>Steps that the run is going to take.</summary>
    public required int MaxSteps { get; init; }

    /// <summary>Steps that had been taken when this process began: 0, or those of the checkpoint that it goes on from.</summary>
    public int FirstStep { get; init; }

    /// <summary>Passes over the training data begun, from 1.</summary>
    public required int Epoch { get; init; }

    /// <summary>Average of the loss that is minimised.</summary>
    public required double Loss { get; init; }

    /// <summary>What that loss is made of.</summary>
    public required LossTerms Terms { get; init; }

    /// <summary>Average absolute difference between mel and reconstruction, in the unit of the mel column (decibels by default).</summary>
    public required double MeanAbsoluteError { get; init; }

    /// <summary>Average entropy of one position's soft code, in bits: near 0 where codes are sure. 0 for quantizers without soft codes.</summary>
    public required double PositionEntropy { get; init; }

    /// <summary>Average entropy of a batch's soft code, in bits: near the code's bits where all codes are used.</summary>
    public required double CodebookEntropy { get; init; }

    /// <summary>Average norm of the gradients before clipping.</summary>
    public required double GradientNorm { get; init; }

    /// <summary>Learning rate of the last step.</summary>
    public required double LearningRate { get; init; }

    /// <summary>Time since the run began.</summary>
    public required TimeSpan Elapsed { get; init; }

    /// <summary>Frames trained on per second since the last report.</summary>
    public required double FramesPerSecond { get; init; }

    /// <summary>Steps left out because their loss or gradient was not finite.</summary>
    public required int SkippedSteps { get; init; }

    /// <summary>Average loss of the discriminator; null where there is none, or it does not act yet.</summary>
    public double? DiscriminatorLoss { get; init; }

    /// <summary>What else happened since the last report and should be known, such as a resumed run or a damaged checkpoint.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>The validation that this step ended with, or null.</summary>
    public ReconstructionMetrics? Validation { get; init; }

    /// <summary>Clips of that validation beside their reconstructions: the first <see cref="TrainingOptions.SampleClips"/> that have frames.</summary>
    public IReadOnlyList<ReconstructionSample> Samples { get; init; } = [];
}
