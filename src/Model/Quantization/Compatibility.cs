namespace AudioBsq;

/// <summary>
/// Each flag restores one behaviour of the published Python version that this project corrects. All are off by default.
/// <see cref="Reference"/> sets all of them, which the Python version's checkpoints need to produce the same tokens as there. (For the mel
/// spectrogram see <see cref="Signal.MelOptions.Reference"/>.)
/// </summary>
public sealed record Compatibility
{
    /// <summary>Everything corrected.</summary>
    public static Compatibility Corrected { get; } = new();

    /// <summary>Everything as published.</summary>
    public static Compatibility Reference { get; } = new()
    {
        RasterConvolution = true,
        LeakyCausalConvolution = true,
        AdditiveBlockCausalMask = true,
        PaddingTakesPart = true,
        ClampInTraining = true,
        UnscaledInput = true,
        FloatTokens = true,
        MarginalEntropy = true,
        ScaledStraightThrough = true,
        SequenceDropPath = true,
        NoisyConvNormGain = true,
        DecayEveryParameter = true,
        LearnedPositions = true,
    };

    /// <summary>
    /// The depthwise convolution runs over the raster of all patches, from the top band of one step to the bottom band of the next.
    /// Corrected: it runs along time, separately for each band row.
    /// </summary>
    public bool RasterConvolution { get; init; }

    /// <summary>The convolution looks ahead even when attention is causal. Corrected: it is padded on the past side only.</summary>
    public bool LeakyCausalConvolution { get; init; }

    /// <summary>
    /// The block-causal mask adds 1 to forbidden pairs, which forbids nothing. Corrected: a patch sees its own time step and earlier ones.
    /// </summary>
    public bool AdditiveBlockCausalMask { get; init; }

    /// <summary>Padded frames enter attention, batch statistics, entropies and losses. Corrected: they enter none of these.</summary>
    public bool PaddingTakesPart { get; init; }

    /// <summary>
    /// The reconstruction is clamped in training too, so values outside the range have no gradient. Corrected: it is clamped at inference
    /// only.
    /// </summary>
    public bool ClampInTraining { get; init; }

    /// <summary>Decibels enter the network unscaled. Corrected: the clamp range is mapped to −1 … 1, and back at the output.</summary>
    public bool UnscaledInput { get; init; }

    /// <summary>Tokens are summed in 32-bit floating point, which is wrong above 24 bits. Corrected: integer shifts.</summary>
    public bool FloatTokens { get; init; }

    /// <summary>
    /// With the analytical entropy the codebook entropy is a sum of single-bit entropies, which ignores correlation of bits. Corrected: it
    /// is always the joint entropy of groups.
    /// </summary>
    public bool MarginalEntropy { get; init; }

    /// <summary>The straight-through gradient is multiplied by the code's scale 1/√bits. Corrected: it passes unscaled.</summary>
    public bool ScaledStraightThrough { get; init; }

    /// <summary>Stochastic depth drops sequence positions, for all samples at once. Corrected: it drops samples.</summary>
    public bool SequenceDropPath { get; init; }

    /// <summary>The convolution module's own layer norm starts with gains near 0. Corrected: they start at 1.</summary>
    public bool NoisyConvNormGain { get; init; }

    /// <summary>Weight decay on every parameter. Corrected: on matrices only, not on norms, biases, gains and position tables.</summary>
    public bool DecayEveryParameter { get; init; }

    /// <summary>
    /// A learned table has one vector for each position of a window, which fixes the length. Corrected: rotary positions (Su et al. 2021,
    /// "RoFormer", section 3.2), which work for any length, and a learned vector for each band row.
    /// </summary>
    public bool LearnedPositions { get; init; }
}
