using System.Numerics;
using System.Runtime.CompilerServices;

namespace AudioBsq.Signal;

/// <summary>Room for one block of spectra, a frame per vector lane. Belongs to one thread; the transform exchanges its arrays.</summary>
internal sealed class LaneBuffer(int bins)
{
    public Vector<float>[] Re = new Vector<float>[bins], Im = new Vector<float>[bins];
    public Vector<float>[] SpareRe = new Vector<float>[bins], SpareIm = new Vector<float>[bins];

    /// <summary>|spectrum|², bin by bin.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Power(Span<Vector<float>> power)
    {
        ReadOnlySpan<Vector<float>> re = Re.AsSpan(0, power.Length), im = Im.AsSpan(0, power.Length);
        for (int k = 0; k < power.Length; k++) power[k] = re[k] * re[k] + im[k] * im[k];
    }
}
