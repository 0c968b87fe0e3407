namespace AudioBsq.Training;

/// <summary>The measurements of one step of pre-training.</summary>
internal sealed record MaskedStep(double Loss, double GradientNorm, double LearningRate)
    : TrainingStep(Loss, GradientNorm, LearningRate, DiscriminatorLoss: null);
