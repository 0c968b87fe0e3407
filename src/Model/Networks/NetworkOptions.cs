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

    /// <summary>
    /// Stochastic depth: chance that a branch is left out in training (Huang et al. 2016), the same for all layers, from 0 to below 1.
    /// </summary>
    public double DropPath { get; init; }

    /// <summary>A layer norm before the first block.</summary>
    public bool PreNorm { get; init; } = true;

    /// <summary>A layer norm after the last block.</summary>
    public bool PostNorm { get; init; } = true;

    /// <summary>Which patches attention may see.</summary>
    public AttentionMask Mask { get; init; } = AttentionMask.None;

    /// <summary>
    /// For causal masks: how many earlier time steps a patch may attend to, at least 0; as many as a window has when null. The key/value
    /// cache of a stream has this length.
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
        void Require(bool holds, object? value, string rule, string property) => Check.That(holds, value, rule, $"{name}.{property}");

        Require(Width > 0 && Heads > 0 && Width % Heads == 0, Width, $"must be a positive multiple of Heads ({Heads})", nameof(Width));
        Require(Layers > 0, Layers, "must be positive", nameof(Layers));
        Require(MlpRatio > 0 && MlpRatio <= 64, MlpRatio, "must be above 0 and at most 64", nameof(MlpRatio));
        Require(LayerScale is null or > 0, LayerScale, "must be positive or null", nameof(LayerScale));
        Require(Dropout is >= 0 and < 1, Dropout, "must be from 0 to below 1", nameof(Dropout));
        Require(AttentionDropout is >= 0 and < 1, AttentionDropout, "must be from 0 to below 1", nameof(AttentionDropout));
        Require(DropPath is >= 0 and < 1, DropPath, "must be from 0 to below 1", nameof(DropPath));
        Require(Enum.IsDefined(Mask), Mask, "must be a defined mask", nameof(Mask));
        Require(PastSteps is null or >= 0, PastSteps, "must be at least 0 or null", nameof(PastSteps));
        bool masked = Mask != AttentionMask.None;
        Require(PastSteps is null || masked, PastSteps, "must be null where attention sees everything", nameof(PastSteps));
        Require(ConvKernelSize > 0 && int.IsOddInteger(ConvKernelSize), ConvKernelSize, "must be odd and positive", nameof(ConvKernelSize));
        Require(HeadWidth is null or > 0, HeadWidth, "must be positive or null", nameof(HeadWidth));
    }
}
