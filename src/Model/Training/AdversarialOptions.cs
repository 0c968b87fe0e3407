namespace AudioBsq.Training;

/// <summary>
/// A discriminator that learns to discriminate reconstructions from originals, and an adversarial loss of the model: reconstructions become
/// sharper, and their error somewhat larger (Isola et al. 2017; Esser et al. 2021, section 3.2).
/// </summary>
public sealed record AdversarialOptions
{
    /// <summary>How logits become losses.</summary>
    public GanLoss Loss { get; init; } = GanLoss.Hinge;

    /// <summary>Weight of the model's adversarial loss.</summary>
    public double Weight { get; init; } = 0.1;

    /// <summary>
    /// Multiplies <see cref="Weight"/> by the ratio of the gradients of both losses at the last layer (Esser et al. 2021, equation 7).
    /// </summary>
    public bool Adaptive { get; init; }

    /// <summary>The first step at which the discriminator is trained and the model's adversarial loss is added.</summary>
    public int StartStep { get; init; } = 1_000;

    /// <summary>Steps after <see cref="StartStep"/> over which the discriminator's learning rate rises linearly from a tenth.</summary>
    public int WarmupSteps { get; init; } = 200;

    /// <summary>The discriminator's highest learning rate, with the model's cosine schedule; the model's own when null.</summary>
    public double? LearningRate { get; init; }

    /// <summary>Weight r of the gradient penalty r/2 · ‖∇D‖² on originals (Mescheder et al. 2018); 0 for no penalty.</summary>
    public double PenaltyWeight { get; init; } = 10;

    /// <summary>Steps from one gradient penalty to the next; each is multiplied by this number (Karras et al. 2020, section 2.2).</summary>
    public int PenaltyEvery { get; init; } = 16;

    /// <summary>
    /// Part of a batch's clips on which the discriminator is trained and judges, above 0 to 1; at least one clip. With half of them a step
    /// takes about twice the time of one without a discriminator. The published version takes all.
    /// </summary>
    public double ClipShare { get; init; } = 0.5;

    /// <summary>The discriminator's stages of stride 2 after the first.</summary>
    public int Layers { get; init; } = 3;

    /// <summary>Channels of the discriminator's first stage.</summary>
    public int Width { get; init; } = 64;

    internal void Validate(AudioBsqOptions? model = null)
    {
        void Require(bool holds, object? value, string rule, string property) => Check.That(holds, value, rule, $"Adversarial.{property}");

        Require(Enum.IsDefined(Loss), Loss, "must be a defined loss", nameof(Loss));
        Require(double.IsFinite(Weight) && Weight >= 0, Weight, "must not be negative", nameof(Weight));
        Require(StartStep >= 0, StartStep, "must not be negative", nameof(StartStep));
        Require(WarmupSteps >= 0, WarmupSteps, "must not be negative", nameof(WarmupSteps));
        bool validRate = LearningRate is not { } rate || (double.IsFinite(rate) && rate > 0);
        Require(validRate, LearningRate, "must be positive or null", nameof(LearningRate));
        Require(double.IsFinite(PenaltyWeight) && PenaltyWeight >= 0, PenaltyWeight, "must not be negative", nameof(PenaltyWeight));
        Require(PenaltyEvery > 0, PenaltyEvery, "must be positive", nameof(PenaltyEvery));
        Require(ClipShare is > 0 and <= 1, ClipShare, "must be above 0 and at most 1", nameof(ClipShare));
        Require(Layers is >= 1 and <= 8, Layers, "must be from 1 to 8", nameof(Layers));
        Require(Width > 0, Width, "must be positive", nameof(Width));
        if (model is null) return;
        string tooMany = $"is too many stages for {model.Bands} bands: each halves them and 3 must remain";
        Require(model.Bands >= MinSide, Layers, tooMany, nameof(Layers));
    }

    /// <summary>The discriminator's input has at least so many frames and bands.</summary>
    internal int MinSide => 3 << (Layers + 1);
}
