using System.Numerics;

namespace AudioBsq.Metrics;

/// <summary>
/// The Fourier transform in double precision, in place, of a length that is a power of two (Cooley and Tukey 1965, radix 2). The
/// measures need results that agree with published ones to many digits; where speed counts more there is <c>LaneFft</c>.
/// </summary>
internal sealed class Fourier
{
    private readonly Complex[] _roots; // e^(−2πik/length), the first half

    /// <param name="length">A power of two, at least 2.</param>
    public Fourier(int length)
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
