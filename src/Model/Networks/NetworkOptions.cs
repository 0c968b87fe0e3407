namespace AudioBsq.Networks;

/// <summary>Which patches a patch may attend to.</summary>
public enum AttentionMask
{
    /// <summary>All of them.</summary>
    None,

    /// <summary>Itself and those before it in raster order (time first, then bands from low to high).</summary>
    Causal,

    /// <summary>All of its own time step and of every earlier one.</summary>
    BlockCausal,
}

/// <summary>The stack of transformer blocks in an encoder or decoder.</summary>
public sealed record NetworkOptions
{
    /// <summary>Channels of every position; a multiple of <see cref="Heads"/>.</summary>
    public int Width { get; init; } = 768;

    /// <summary>Transformer blocks.</summary>
    public int Layers { get; init; } = 12;

    /// <summary>Attention heads.</summary>
    public int Heads { get; init; } = 12;

    /// <summary>Hidden channels of the feed-forward part, as a multiple of <see cref="Width"/>.</summary>
    public double MlpRatio { get; init; } = 4;

    /// <summary>Initial value of a learned gain per channel on each branch (Touvron et al. 2021, section 3); no gain when null.</summary>
    public double? LayerScale { get; init; }

    /// <summary>Dropout after the feed-forward part and the convolution module, from 0 to below 1.</summary>
    public double Dropout { get; init; }

    /// <summary>Dropout on attention weights, from 0 to below 1.</summary>
    public double AttentionDropout { get; init; }

    /// <summary>Chance that a branch is left out in training: stochastic depth (Huang et al. 2016), one rate for all layers, from 0 to below 1.</summary>
    public double DropPath { get; init; }

    /// <summary>A layer norm before the first block.</summary>
    public bool PreNorm { get; init; } = true;

    /// <summary>A layer norm after the last block.</summary>
    public bool PostNorm { get; init; } = true;

    /// <summary>What attention may see.</summary>
    public AttentionMask Mask { get; init; } = AttentionMask.None;

    /// <summary>
    /// Masks that look back only: how many time steps before its own a patch may attend to, at least 0; when null, as many as there are in a
    /// window. It is what a live stream remembers.
    /// </summary>
    public int? PastSteps { get; init; }

    /// <summary>A Conformer convolution module between attention and feed-forward (Gulati et al. 2020, section 2.2).</summary>
    public bool UseConvModule { get; init; }

    /// <summary>Taps of the depthwise convolution; odd.</summary>
    public int ConvKernelSize { get; init; } = 31;

    /// <summary>Decoder only: hidden channels of the tanh head before the output; a single linear layer when null.</summary>
    public int? HeadWidth { get; init; } = 3072;

    internal void Validate(string name)
    {
        Check.That(Width > 0 && Heads > 0 && Width % Heads == 0, Width, $"must be a positive multiple of Heads ({Heads})", $"{name}.{nameof(Width)}");
        Check.That(Layers > 0, Layers, "must be positive", $"{name}.{nameof(Layers)}");
        Check.That(MlpRatio > 0 && MlpRatio <= 64, MlpRatio, "must be above 0 and at most 64", $"{name}.{nameof(MlpRatio)}");
        Check.That(LayerScale is null or > 0, LayerScale, "must be positive or null", $"{name}.{nameof(LayerScale)}");
        Check.That(Dropout is >= 0 and < 1, Dropout, "must be from 0 to below 1", $"{name}.{nameof(Dropout)}");
        Check.That(AttentionDropout is >= 0 and < 1, AttentionDropout, "must be from 0 to below 1", $"{name}.{nameof(AttentionDropout)}");
        Check.That(DropPath is >= 0 and < 1, DropPath, "must be from 0 to below 1", $"{name}.{nameof(DropPath)}");
        Check.That(Enum.IsDefined(Mask), Mask, "must be a defined mask", $"{name}.{nameof(Mask)}");
        Check.That(PastSteps is null or >= 0, PastSteps, "must be at least 0 or null", $"{name}.{nameof(PastSteps)}");
        Check.That(PastSteps is null || Mask != AttentionMask.None, PastSteps, "must be null where attention sees everything", $"{name}.{nameof(PastSteps)}");
        Check.That(ConvKernelSize > 0 && int.IsOddInteger(ConvKernelSize), ConvKernelSize, "must be odd and positive", $"{name}.{nameof(ConvKernelSize)}");
        Check.That(HeadWidth is null or > 0, HeadWidth, "must be positive or null", $"{name}.{nameof(HeadWidth)}");
    }
}
