using AudioBsq.Quantization;

namespace AudioBsq.Metrics;

/// <summary>The bit rate of tokens, in bits per second.</summary>
internal static class BitRate
{
    /// <summary>
    /// The rate of an ideal entropy coder without memory that knows the histogram of the codes. Too low for few codes: the entropy is at
    /// most log2 of their number.
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
