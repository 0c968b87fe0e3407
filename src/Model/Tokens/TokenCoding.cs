namespace AudioBsq.Tokens;

/// <summary>How a token container stores its tokens.</summary>
public enum TokenCoding
{
    /// <summary>Every token takes its number of bits.</summary>
    Packed,

    /// <summary>
    /// Range coded with an adaptive model of the bits, in integers only. A chunk that would not become smaller is packed.
    /// </summary>
    Entropy,
}
