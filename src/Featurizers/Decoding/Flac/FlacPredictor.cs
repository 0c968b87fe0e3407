using System.Numerics;
using System.Runtime.InteropServices;

namespace AudioBsq.Decoding;

/// <summary>Adds to each residual what the samples before it predict (RFC 9639, sections 9.2.5 and 9.2.6).</summary>
internal static class FlacPredictor
{
    /// <summary>
    /// Restores the samples behind the first <paramref name="coefficients"/>.Length, which are there already. Coefficients belong to
    /// the oldest sample first; samples have <paramref name="bits"/> bits.
    /// </summary>
    public static void Restore<T>(
        ReadOnlySpan<int> coefficients, int shift, ReadOnlySpan<int> residual, Span<T> samples, int bits)
        where T : unmanaged, IBinaryInteger<T>
    {
        if (typeof(T) == typeof(long)) RestoreSide(coefficients, shift, residual, MemoryMarshal.Cast<T, long>(samples));
        else if (LargestSum(coefficients, bits) <= int.MaxValue)
            RestoreNarrow(coefficients, shift, residual, MemoryMarshal.Cast<T, int>(samples));
        else RestoreWide(coefficients, shift, residual, MemoryMarshal.Cast<T, int>(samples));
    }

    private static long LargestSum(ReadOnlySpan<int> coefficients, int bits)
    {
        long sum = 0;
        foreach (int coefficient in coefficients) sum += Math.Abs(coefficient);
        return sum << (bits - 1);
    }

    /// <summary>Sums that fit 32 bits: nearly all 16-bit sound.</summary>
    private static void RestoreNarrow(ReadOnlySpan<int> coefficients, int shift, ReadOnlySpan<int> residual, Span<int> samples)
    {
        for (int i = coefficients.Length; i < samples.Length; i++)
        {
            int sum = 0;
            var past = samples.Slice(i - coefficients.Length, coefficients.Length);
            for (int j = 0; j < past.Length; j++) sum += coefficients[j] * past[j];
            samples[i] = residual[i] + (sum >> shift);
        }
    }

    private static void RestoreWide(ReadOnlySpan<int> coefficients, int shift, ReadOnlySpan<int> residual, Span<int> samples)
    {
        for (int i = coefficients.Length; i < samples.Length; i++)
        {
            long sum = 0;
            var past = samples.Slice(i - coefficients.Length, coefficients.Length);
            for (int j = 0; j < past.Length; j++) sum += (long)coefficients[j] * past[j];
            samples[i] = residual[i] + (int)(sum >> shift);
        }
    }

    /// <summary>The side channel of 32-bit stereo, whose samples have 33 bits.</summary>
    private static void RestoreSide(ReadOnlySpan<int> coefficients, int shift, ReadOnlySpan<int> residual, Span<long> samples)
    {
        for (int i = coefficients.Length; i < samples.Length; i++)
        {
            long sum = 0;
            var past = samples.Slice(i - coefficients.Length, coefficients.Length);
            for (int j = 0; j < past.Length; j++) sum += coefficients[j] * past[j];
            samples[i] = residual[i] + (sum >> shift);
        }
    }
}
