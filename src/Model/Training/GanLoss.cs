namespace AudioBsq.Training;

/// <summary>The losses of a model and its discriminator, from the discriminator's logits.</summary>
public enum GanLoss
{
    /// <summary>max(0, 1 − real) + max(0, 1 + fake) (Lim and Ye 2017).</summary>
    Hinge,

    /// <summary>log(1 + e^−real) + log(1 + e^fake) (Goodfellow et al. 2014).</summary>
    Vanilla,
}
