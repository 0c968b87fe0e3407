namespace AudioBsq.Training;

/// <summary>
/// A discriminator that learns to tell reconstructions from originals, and a loss for being told apart: sharper spectrograms, at the price of a
/// somewhat larger error (Isola et al. 2017; Esser et al. 2021, section 3.2).
/// </summary>
public sealed record AdversarialOptions
{
    /// <summary>How logits become losses.</summary>
    public GanLoss Loss { get; init; } = GanLoss.Hinge;

    /// <summary>Weight of the model's adversarial loss.</summary>
    public double Weight { get; init; } = 0.1;

    /// <summary>Multiplies <see cref="Weight"/> by the ratio of the gradients of both losses at the last layer (Esser et al. 2021, equation 7).</summary>
    public bool Adaptive { get; init; }

    /// <summary>Step from which the discriminator is trained and asked.</summary>
    public int StartStep { get; init; } = 1_000;

    /// <summary>Steps after <see cref="StartStep"/> over which the discriminator's learning rate rises in a straight line from a tenth.</summary>
    public int WarmupSteps { get; init; } = 200;

    /// <summary>The discriminator's highest learning rate, which follows the model's cosine; the model's own when null.</summary>
    public double? LearningRate { get; init; }

    /// <summary>Weight r of the gradient penalty r/2 · ‖∇D‖² on originals (Mescheder et al. 2018); 0 leaves it out.</summary>
    public double PenaltyWeight { get; init; } = 10;

    /// <summary>Steps from one gradient penalty to the next; each weighs that much more (Karras et al. 2020, section 2.2).</summary>
    public int PenaltyEvery { get; init; } = 16;

    /// <summary>Stages of stride 2 after the first.</summary>
    public int Layers { get; init; } = 3;

    /// <summary>Channels of the first stage.</summary>
    public int Width { get; init; } = 64;

    internal void Validate(AudioBsqOptions? model = null)
    {
        Check.That(Enum.IsDefined(Loss), Loss, "must be a defined loss", "Adversarial.Loss");
        Check.That(double.IsFinite(Weight) && Weight >= 0, Weight, "must not be negative", "Adversarial.Weight");
        Check.That(StartStep >= 0, StartStep, "must not be negative", "Adversarial.StartStep");
        Check.That(WarmupSteps >= 0, WarmupSteps, "must not be negative", "Adversarial.WarmupSteps");
        Check.That(LearningRate is null || (double.IsFinite(LearningRate.Value) && LearningRate > 0), LearningRate, "must be positive or null", "Adversarial.LearningRate");
        Check.That(double.IsFinite(PenaltyWeight) && PenaltyWeight >= 0, PenaltyWeight, "must not be negative", "Adversarial.PenaltyWeight");
        Check.Positive(PenaltyEvery, "Adversarial.PenaltyEvery");
        Check.That(Layers is >= 1 and <= 8, Layers, "must be from 1 to 8", "Adversarial.Layers");
        Check.Positive(Width, "Adversarial.Width");
        if (model is not null) Check.That(model.Bands >= SmallestSide, Layers, $"is too many stages for {model.Bands} bands: each halves them and 3 must remain", "Adversarial.Layers");
    }

    /// <summary>Fewest frames, and bands, that the discriminator can judge.</summary>
    internal int SmallestSide => 3 << (Layers + 1);
}
