using System.Runtime.CompilerServices;

namespace AudioBsq.Metrics;

/// <summary>Checks a pair of waveforms before they are compared.</summary>
internal static class WaveformPair
{
    /// <exception cref="ArgumentException">The lengths differ, or a sample is not finite.</exception>
    public static void Require(
        ReadOnlySpan<float> reference, ReadOnlySpan<float> degraded,
        [CallerArgumentExpression(nameof(reference))] string referenceName = "",
        [CallerArgumentExpression(nameof(degraded))] string degradedName = "")
    {
        Signal.Samples.Require(reference, referenceName);
        Signal.Samples.Require(degraded, degradedName);
        if (reference.Length != degraded.Length)
        {
            throw new ArgumentException(
                $"{degradedName} has {degraded.Length} samples; it must have the {reference.Length} of {referenceName}.", degradedName);
        }
    }

    /// <exception cref="ArgumentOutOfRangeException">The lengths of spectrograms or tracks differ.</exception>
    public static void RequireEqualLengths(int reference, int degraded) =>
        Check.That(degraded == reference, degraded, $"must be the {reference} of the reference", "degraded.Length");
}
