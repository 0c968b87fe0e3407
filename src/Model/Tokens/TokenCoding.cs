namespace AudioBsq.Tokens;

/// <summary>How a token container keeps its tokens.</summary>
public enum TokenCoding
{
    /// <summary>Every token takes its number of bits, neither more nor less.</summary>
    Packed,

    /// <summary>By an adaptive model of the bits and a range coder, in whole numbers alone: a chunk is smaller where its tokens can be foreseen, and packed where they cannot.</summary>
    Entropy,
}
