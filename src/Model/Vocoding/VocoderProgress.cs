namespace AudioBsq.Vocoding;

/// <summary>Where the training of a vocoder stands. Averages are over the steps since the last report.</summary>
public sealed record VocoderProgress
{
    /// <summary>Optimizer steps done, from 1.</summary>
    public required int Step { get; init; }

    /// <summary>Steps that the run is going to take.</summary>
    public required int MaxSteps { get; init; }

    /// <summary>Passes over the training data begun, from 1.</summary>
    public required int Epoch { get; init; }

    /// <summary>Average of the loss that is minimised.</summary>
    public required double Loss { get; init; }

    /// <summary>Average absolute difference between the mel spectrograms of the sound made and the sound wanted, in decibels.</summary>
    public required double MelError { get; init; }

    /// <summary>Average norm of the gradients before clipping.</summary>
    public required double GradientNorm { get; init; }

    /// <summary>Learning rate of the last step.</summary>
    public required double LearningRate { get; init; }

    /// <summary>Time since the run began.</summary>
    public required TimeSpan Elapsed { get; init; }

    /// <summary>Seconds of sound trained on per second since the last report.</summary>
    public required double Speed { get; init; }

    /// <summary>Steps left out because their loss or gradient was not finite.</summary>
    public required int SkippedSteps { get; init; }

    /// <summary>Average loss of the discriminators; null where there are none, or they do not act yet.</summary>
    public double? DiscriminatorLoss { get; init; }
}
