namespace AudioBsq.Training;

/// <summary>The progress of a training run. Averages are over the steps since the last report.</summary>
public abstract record TrainingLoopProgress
{
    private protected TrainingLoopProgress()
    {
    }

    /// <summary>Optimizer steps done, from 1.</summary>
    public int Step { get; init; }

    /// <summary>Steps of the whole run.</summary>
    public int MaxSteps { get; init; }

    /// <summary>The step from which this process started: 0, or that of the checkpoint.</summary>
    public int FirstStep { get; init; }

    /// <summary>The current pass over the training data, from 1.</summary>
    public int Epoch { get; init; }

    /// <summary>Average loss.</summary>
    public double Loss { get; init; }

    /// <summary>Average norm of the gradients before clipping.</summary>
    public double GradientNorm { get; init; }

    /// <summary>Learning rate of the last step.</summary>
    public double LearningRate { get; init; }

    /// <summary>Average loss of the discriminator; null if there is none or it is not trained yet.</summary>
    public double? DiscriminatorLoss { get; init; }

    /// <summary>Time since the run began.</summary>
    public TimeSpan Elapsed { get; init; }

    /// <summary>Estimated time until the last step. It knows that a discriminator makes later steps slower.</summary>
    public TimeSpan Remaining { get; init; }

    /// <summary>Frames trained on per second since the last report.</summary>
    public double FramesPerSecond { get; init; }

    /// <summary>Steps skipped because their loss or gradient was not finite.</summary>
    public int SkippedSteps { get; init; }

    /// <summary>Other events since the last report, such as a resumed run or a damaged checkpoint.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
}
