namespace AudioBsq.Training;

/// <summary>Where a training run stands. Averages are over the steps since the last report.</summary>
public abstract record TrainingLoopProgress
{
    private protected TrainingLoopProgress()
    {
    }

    /// <summary>Optimizer steps done, from 1.</summary>
    public int Step { get; init; }

    /// <summary>Steps that the run is going to take.</summary>
    public int MaxSteps { get; init; }

    /// <summary>Steps that had been taken when this process began: 0, or those of the checkpoint that it goes on from.</summary>
    public int FirstStep { get; init; }

    /// <summary>Passes over the training data begun, from 1.</summary>
    public int Epoch { get; init; }

    /// <summary>Average of the loss that is minimised.</summary>
    public double Loss { get; init; }

    /// <summary>Average norm of the gradients before clipping.</summary>
    public double GradientNorm { get; init; }

    /// <summary>Learning rate of the last step.</summary>
    public double LearningRate { get; init; }

    /// <summary>Average loss of the discriminator; null where there is none, or it is not trained yet.</summary>
    public double? DiscriminatorLoss { get; init; }

    /// <summary>Time since the run began.</summary>
    public TimeSpan Elapsed { get; init; }

    /// <summary>Frames trained on per second since the last report.</summary>
    public double FramesPerSecond { get; init; }

    /// <summary>Steps skipped because their loss or gradient was not finite.</summary>
    public int SkippedSteps { get; init; }

    /// <summary>What else happened since the last report and should be known, such as a resumed run or a damaged checkpoint.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
}
