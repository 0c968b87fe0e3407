using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace AudioBsq.Signal.Fft;

/// <summary>
/// The Fourier transform of a batch of real signals, in single precision: each lane of a <see cref="Vector{T}"/> belongs to one signal,
/// so lanes are never shuffled. Stockham's algorithm, radix 4 with one radix-2 step where needed; a real signal is transformed as a
/// complex one of half the length, with its even samples as real parts and its odd samples as imaginary parts.
/// </summary>
internal sealed class BatchedFft
{
    private readonly int _half;
    private readonly float[] _twiddles;      // three pairs (cos, −sin) for each radix-4 step and position
    private readonly float[] _cos, _sin;     // of 2πk/length, for the step from half to whole length

    /// <param name="length">Samples of one signal; a power of two, at least 4.</param>
    public BatchedFft(int length)
    {
        _half = length / 2;
        var twiddles = new List<float>();
        for (int n = _half; n >= 4; n /= 4)
        {
            for (int i = 0; i < n / 4 * 3; i++)
            {
                var (sin, cos) = Math.SinCos(2 * Math.PI * (i / 3) * (i % 3 + 1) / n);
                twiddles.AddRange([(float)cos, (float)-sin]);
            }
        }

        _twiddles = [.. twiddles];
        _cos = [.. Enumerable.Range(0, _half).Select(k => (float)Math.Cos(2 * Math.PI * k / length))];
        _sin = [.. Enumerable.Range(0, _half).Select(k => (float)Math.Sin(2 * Math.PI * k / length))];
    }

    /// <summary>Frequencies from 0 to half the sample rate.</summary>
    public int Bins => _half + 1;

    /// <summary>Samples (even in Re, odd in Im) → spectrum, in place.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Forward(FftBuffer buffer)
    {
        Transform(ref buffer.Re, ref buffer.Im, ref buffer.SpareRe, ref buffer.SpareIm);
        var (re, im) = (buffer.Re, buffer.Im);
        (re[0], re[_half], im[0], im[_half]) = (re[0] + im[0], re[0] - im[0], default, default);
        for (int k = 1, j = _half - 1; k <= j; k++, j--)
        {
            var (evenRe, evenIm) = ((re[k] + re[j]) * 0.5f, (im[k] - im[j]) * 0.5f);
            var (oddRe, oddIm) = ((im[k] + im[j]) * 0.5f, (re[j] - re[k]) * 0.5f);
            var turnedRe = oddRe * _cos[k] + oddIm * _sin[k];
            var turnedIm = oddIm * _cos[k] - oddRe * _sin[k];
            (re[k], im[k]) = (evenRe + turnedRe, evenIm + turnedIm);
            (re[j], im[j]) = (evenRe - turnedRe, turnedIm - evenIm);
        }
    }

    /// <summary>Spectrum → samples (even in Re, odd in Im) times half the length, in place.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Inverse(FftBuffer buffer)
    {
        var (re, im) = (buffer.Re, buffer.Im);
        (re[0], im[0]) = ((re[0] + re[_half]) * 0.5f, (re[0] - re[_half]) * 0.5f);
        for (int k = 1, j = _half - 1; k <= j; k++, j--)
        {
            var (evenRe, evenIm) = ((re[k] + re[j]) * 0.5f, (im[k] - im[j]) * 0.5f);
            var (turnedRe, turnedIm) = ((re[k] - re[j]) * 0.5f, (im[k] + im[j]) * 0.5f);
            var oddRe = turnedRe * _cos[k] - turnedIm * _sin[k];
            var oddIm = turnedIm * _cos[k] + turnedRe * _sin[k];
            (re[k], im[k]) = (evenRe - oddIm, evenIm + oddRe);
            (re[j], im[j]) = (evenRe + oddIm, oddRe - evenIm);
        }

        // The transform with real and imaginary parts swapped is the inverse one.
        Transform(ref buffer.Im, ref buffer.Re, ref buffer.SpareIm, ref buffer.SpareRe);
    }

    private void Transform(ref Vector<float>[] re, ref Vector<float>[] im, ref Vector<float>[] spareRe, ref Vector<float>[] spareIm)
    {
        int at = 0, stride = 1;
        for (int n = _half; n >= 2; n /= 4, stride *= 4)
        {
            if (n >= 4) at = RadixFour(n / 4, stride, at, re, im, spareRe, spareIm);
            else RadixTwo(stride, re, im, spareRe, spareIm);
            (re, spareRe) = (spareRe, re);
            (im, spareIm) = (spareIm, im);
        }
    }

    // One pass over all points. The references are unchecked because bounds checks cost a third of the time here.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int RadixFour(
        int quarter, int stride, int at, Vector<float>[] re, Vector<float>[] im, Vector<float>[] toRe, Vector<float>[] toIm)
    {
        ref var xr = ref MemoryMarshal.GetArrayDataReference(re);
        ref var xi = ref MemoryMarshal.GetArrayDataReference(im);
        ref var yr = ref MemoryMarshal.GetArrayDataReference(toRe);
        ref var yi = ref MemoryMarshal.GetArrayDataReference(toIm);
        int step = quarter * stride;
        for (int p = 0; p < quarter; p++, at += 6)
        {
            var w = _twiddles.AsSpan(at, 6);
            Vector<float> w1r = new(w[0]), w1i = new(w[1]), w2r = new(w[2]), w2i = new(w[3]), w3r = new(w[4]), w3i = new(w[5]);
            for (int i = p * stride, o = 4 * i, end = i + stride; i < end; i++, o++)
            {
                var (ar, ai) = (Unsafe.Add(ref xr, i), Unsafe.Add(ref xi, i));
                var (br, bi) = (Unsafe.Add(ref xr, i + step), Unsafe.Add(ref xi, i + step));
                var (cr, ci) = (Unsafe.Add(ref xr, i + 2 * step), Unsafe.Add(ref xi, i + 2 * step));
                var (dr, di) = (Unsafe.Add(ref xr, i + 3 * step), Unsafe.Add(ref xi, i + 3 * step));
                var (sumRe, sumIm, differenceRe, differenceIm) = (ar + cr, ai + ci, ar - cr, ai - ci);
                var (otherRe, otherIm, turnedRe, turnedIm) = (br + dr, bi + di, bi - di, dr - br); // turned = −i·(b − d)
                Unsafe.Add(ref yr, o) = sumRe + otherRe;
                Unsafe.Add(ref yi, o) = sumIm + otherIm;
                var (re1, im1) = (differenceRe + turnedRe, differenceIm + turnedIm);
                Unsafe.Add(ref yr, o + stride) = re1 * w1r - im1 * w1i;
                Unsafe.Add(ref yi, o + stride) = re1 * w1i + im1 * w1r;
                var (re2, im2) = (sumRe - otherRe, sumIm - otherIm);
                Unsafe.Add(ref yr, o + 2 * stride) = re2 * w2r - im2 * w2i;
                Unsafe.Add(ref yi, o + 2 * stride) = re2 * w2i + im2 * w2r;
                var (re3, im3) = (differenceRe - turnedRe, differenceIm - turnedIm);
                Unsafe.Add(ref yr, o + 3 * stride) = re3 * w3r - im3 * w3i;
                Unsafe.Add(ref yi, o + 3 * stride) = re3 * w3i + im3 * w3r;
            }
        }

        return at;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void RadixTwo(int stride, Vector<float>[] re, Vector<float>[] im, Vector<float>[] toRe, Vector<float>[] toIm)
    {
        ref var xr = ref MemoryMarshal.GetArrayDataReference(re);
        ref var xi = ref MemoryMarshal.GetArrayDataReference(im);
        ref var yr = ref MemoryMarshal.GetArrayDataReference(toRe);
        ref var yi = ref MemoryMarshal.GetArrayDataReference(toIm);
        for (int i = 0, j = stride; i < stride; i++, j++)
        {
            var (ar, ai, br, bi) = (Unsafe.Add(ref xr, i), Unsafe.Add(ref xi, i), Unsafe.Add(ref xr, j), Unsafe.Add(ref xi, j));
            (Unsafe.Add(ref yr, i), Unsafe.Add(ref yi, i)) = (ar + br, ai + bi);
            (Unsafe.Add(ref yr, j), Unsafe.Add(ref yi, j)) = (ar - br, ai - bi);
        }
    }
}
