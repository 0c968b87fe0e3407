using System.Numerics;

namespace AudioBsq.Signal.Fft;

/// <summary>
/// The Fourier transform of one complex signal in double precision, in place (Cooley and Tukey 1965, radix 2). Measures that must
/// agree with published figures to many digits use it; <see cref="BatchedFft"/> is faster, in single precision.
/// </summary>
internal sealed class ComplexFft
{
    private readonly Complex[] _roots; // e^(−2πik/length), the first half

    /// <param name="length">Values of the signal; a power of two, at least 2.</param>
    public ComplexFft(int length)
    {
        _roots = new Complex[length / 2];
        for (int k = 0; k < _roots.Length; k++)
        {
            var (sin, cos) = Math.SinCos(2 * Math.PI * k / length);
            _roots[k] = new Complex(cos, -sin);
        }
    }

    /// <summary>Values → spectrum, without a factor.</summary>
    public void Forward(Span<Complex> values)
    {
        int length = values.Length;
        for (int i = 1, j = 0; i < length; i++)
        {
            int bit = length >> 1;
            for (; (j & bit) != 0; bit >>= 1) j ^= bit;
            j |= bit;
            if (i < j) (values[i], values[j]) = (values[j], values[i]);
        }

        Combine(values);
    }

    // Halves first, so that long transforms stay in the cache.
    private void Combine(Span<Complex> values)
    {
        Span<Complex> low = values[..(values.Length / 2)], high = values[low.Length..];
        if (low.Length > 1)
        {
            Combine(low);
            Combine(high);
        }

        int step = _roots.Length / low.Length;
        for (int k = 0; k < low.Length; k++)
        {
            Complex root = _roots[k * step], a = low[k], b = high[k];
            var turned = new Complex(b.Real * root.Real - b.Imaginary * root.Imaginary, b.Real * root.Imaginary + b.Imaginary * root.Real);
            low[k] = a + turned;
            high[k] = a - turned;
        }
    }
}
