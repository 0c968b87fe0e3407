using System.Numerics;
using System.Numerics.Tensors;
using AudioBsq.Signal.Fft;

namespace AudioBsq.Metrics;

/// <summary>
/// Aligns the degraded waveform with the reference by the cross-correlation of their envelopes. ViSQOL's code means to use a Hilbert
/// envelope, but its inverse transform is real, so it correlates |2(x − mean)| + mean; published scores are computed with that.
/// </summary>
internal static class VisqolAlignment
{
    /// <summary>
    /// Samples by which the degraded waveform is early, negative where it is late; 0 where that would be more than half the reference's
    /// length.
    /// </summary>
    public static int Lag(ReadOnlySpan<double> reference, ReadOnlySpan<double> degraded)
    {
        if (!degraded.ContainsAnyExcept(0)) return 0;
        int longest = Math.Max(reference.Length, degraded.Length), max = longest - 1;
        int size = (int)BitOperations.RoundUpToPowerOf2((uint)longest * 2);
        var transform = new ComplexFft(size);
        var values = new Complex[size];
        FillEnvelopes(values, reference, degraded);
        transform.Forward(values);

        // One transform of a complex signal gives both spectra: sum and difference of a value and its mirrored conjugate are 2X and 2iY.
        // The product is −4i·X·conj(Y); multiplied by i and conjugated, its forward transform is the inverse one of X·conj(Y).
        var product = new Complex[size];
        for (int k = 0; k < size; k++)
        {
            Complex value = values[k], mirrored = Complex.Conjugate(values[(size - k) & (size - 1)]);
            Complex correlation = (value + mirrored) * Complex.Conjugate(value - mirrored);
            product[k] = new Complex(-correlation.Imaginary, -correlation.Real);
        }

        transform.Forward(product);
        int best = -max;
        for (int lag = -max; lag <= max; lag++)
        {
            if (product[(lag + size) % size].Real > product[(best + size) % size].Real) best = lag;
        }

        return Math.Abs(best) > reference.Length / 2.0 ? 0 : best;
    }

    /// <summary>The degraded waveform with silence before it for a positive lag, without its start for a negative one.</summary>
    public static double[] Shift(double[] degraded, int lag) => lag switch
    {
        0 => degraded,
        < 0 => degraded[-lag..],
        _ => [.. new double[lag], .. degraded],
    };

    private static void FillEnvelopes(Complex[] values, ReadOnlySpan<double> reference, ReadOnlySpan<double> degraded)
    {
        double first = TensorPrimitives.Sum(reference) / reference.Length, second = TensorPrimitives.Sum(degraded) / degraded.Length;
        for (int i = 0; i < Math.Max(reference.Length, degraded.Length); i++)
        {
            values[i] = new Complex(
                i < reference.Length ? Math.Abs(2 * (reference[i] - first)) + first : 0,
                i < degraded.Length ? Math.Abs(2 * (degraded[i] - second)) + second : 0);
        }
    }
}
