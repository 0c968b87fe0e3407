using System.Numerics;
using System.Runtime.CompilerServices;

namespace AudioBsq.Signal.Fft;

/// <summary>
/// Memory for one batch of spectra: real and imaginary parts (bins), a frame per vector lane. It belongs to one thread, and the
/// transform swaps its arrays.
/// </summary>
internal sealed class FftBuffer(int bins)
{
    public Vector<float>[] Re = new Vector<float>[bins], Im = new Vector<float>[bins];
    public Vector<float>[] SpareRe = new Vector<float>[bins], SpareIm = new Vector<float>[bins];

    /// <summary>Writes |spectrum|² of every bin.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Power(Span<Vector<float>> power)
    {
        ReadOnlySpan<Vector<float>> re = Re.AsSpan(0, power.Length), im = Im.AsSpan(0, power.Length);
        for (int k = 0; k < power.Length; k++) power[k] = re[k] * re[k] + im[k] * im[k];
    }
}
