namespace AudioBsq.Vocoding;

/// <summary>
/// Discriminators that learn to discriminate the vocoder's sound from originals, each at one resolution (Jang et al. 2021, "UnivNet",
/// section 2.2), and adversarial losses of the vocoder: its sound buzzes less, and training takes longer.
/// </summary>
public sealed record VocoderAdversarialOptions
{
    /// <summary>The first step at which the discriminators are trained and the vocoder's adversarial losses are added.</summary>
    public int StartStep { get; init; } = 1_000;

    /// <summary>Weight of the vocoder's hinge loss.</summary>
    public double Weight { get; init; } = 0.1;

    /// <summary>
    /// Weight of feature matching: the mean absolute difference of the discriminators' stages between synthesized and original sound (Kong
    /// et al. 2020, "HiFi-GAN", section 2.3).
    /// </summary>
    public double FeatureWeight { get; init; } = 0.2;

    /// <summary>The discriminators' learning rate, which is constant.</summary>
    public double LearningRate { get; init; } = 2e-4;

    /// <summary>Channels of the discriminators; UnivNet has 32.</summary>
    public int Width { get; init; } = 8;

    internal void Validate()
    {
        Check.That(StartStep >= 0, StartStep, "must not be negative", "Adversarial.StartStep");
        Check.That(double.IsFinite(Weight) && Weight >= 0, Weight, "must not be negative", "Adversarial.Weight");
        bool validFeatureWeight = double.IsFinite(FeatureWeight) && FeatureWeight >= 0;
        Check.That(validFeatureWeight, FeatureWeight, "must not be negative", "Adversarial.FeatureWeight");
        Check.That(double.IsFinite(LearningRate) && LearningRate > 0, LearningRate, "must be positive", "Adversarial.LearningRate");
        Check.That(Width is >= 1 and <= 256, Width, "must be from 1 to 256", "Adversarial.Width");
    }
}
