namespace AudioBsq.Networks;

/// <summary>
/// The decoder of pre-training, which guesses masked patches and is then thrown away. Its attention is local, since the neighbourhood of a
/// patch says most about it (Huang et al. 2022, section 3.2).
/// </summary>
public sealed record MaskedDecoderOptions
{
    /// <summary>Channels of every position; a multiple of <see cref="Heads"/>.</summary>
    public int Width { get; init; } = 128;

    /// <summary>Transformer blocks.</summary>
    public int Layers { get; init; } = 2;

    /// <summary>Attention heads.</summary>
    public int Heads { get; init; } = 4;

    /// <summary>How far from a patch the farthest patch begins that it attends to, in frames, before and after it; null for any.</summary>
    public int? AttentionFrames { get; init; } = 64;

    /// <summary>The same in bands, below and above it.</summary>
    public int? AttentionBands { get; init; } = 64;

    internal NetworkOptions Network => new() { Width = Width, Layers = Layers, Heads = Heads };

    internal void Validate()
    {
        Network.Validate(nameof(MaskedDecoderOptions));
        Check.That(Width / Heads % 2 == 0, Width, $"must give each of the {Heads} heads an even number of channels");
        Check.That(AttentionFrames is null or > 0, AttentionFrames, "must be positive or null");
        Check.That(AttentionBands is null or > 0, AttentionBands, "must be positive or null");
    }
}
