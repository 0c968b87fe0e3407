namespace AudioBsq.Training;

/// <summary>Measurements of one training step.</summary>
/// <param name="Loss">The loss.</param>
/// <param name="GradientNorm">Norm of the gradients before clipping.</param>
/// <param name="LearningRate">The learning rate.</param>
/// <param name="DiscriminatorLoss">Loss of the discriminator; null where it was not trained.</param>
internal abstract record TrainingStep(double Loss, double GradientNorm, double LearningRate, double? DiscriminatorLoss);
