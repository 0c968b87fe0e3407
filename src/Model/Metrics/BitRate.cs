using AudioBsq.Quantization;

namespace AudioBsq.Metrics;

/// <summary>What tokens cost, in bits per second.</summary>
public static class BitRate
{
    /// <summary>Every token at its full width: what plain packing needs, and what published tables call the bit rate.</summary>
    /// <param name="tokensPerSecond">All streams together.</param>
    /// <param name="bitsPerToken">log2 of the vocabulary.</param>
    public static double Nominal(double tokensPerSecond, int bitsPerToken)
    {
        Check.That(double.IsFinite(tokensPerSecond) && tokensPerSecond >= 0, tokensPerSecond, "must be finite and not negative");
        Check.Positive(bitsPerToken);
        return tokensPerSecond * bitsPerToken;
    }

    /// <summary>
    /// Every code at its entropy: what an ideal entropy coder without memory would need that knew the histogram. Too low on few tokens, for it can never be
    /// more than log2 of their number.
    /// </summary>
    /// <param name="codesPerSecond">Codes, that is positions, per second.</param>
    /// <param name="codes">How the codes were used.</param>
    public static double Entropy(double codesPerSecond, CodebookDiagnostics codes)
    {
        Check.That(double.IsFinite(codesPerSecond) && codesPerSecond >= 0, codesPerSecond, "must be finite and not negative");
        ArgumentNullException.ThrowIfNull(codes);
        return codesPerSecond * codes.JointEntropy;
    }
}
