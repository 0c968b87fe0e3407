using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace AudioBsq.Benchmarks.Performance;

/// <summary>Fused multiply-adds of registers alone: the most that one thread of this processor can compute in single precision.</summary>
internal static class MultiplyAdd
{
    private const int Rounds = 2_000_000, Chains = 12; // enough to hide the latency of each

    /// <summary>Bits of the widest registers.</summary>
    public static int Bits => Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : 128;

    /// <summary>Operations of one run.</summary>
    public static double Operations => 2.0 * Rounds * Chains * (Bits / 32);

    public static void Run()
    {
        if (Bits == 512) Run<Vector512<float>, Wide>(Vector512.Create(0.5f));
        else if (Bits == 256) Run<Vector256<float>, Middle>(Vector256.Create(0.5f));
        else Run<Vector128<float>, Narrow>(Vector128.Create(0.5f));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static TVector Run<TVector, TKind>(TVector x)
        where TVector : struct
        where TKind : struct, IKind<TVector>
    {
        TVector a = x, b = x, c = x, d = x, e = x, f = x, g = x, h = x, i = x, j = x, k = x, l = x;
        for (int round = 0; round < Rounds; round++)
        {
            a = TKind.Apply(x, x, a);
            b = TKind.Apply(x, x, b);
            c = TKind.Apply(x, x, c);
            d = TKind.Apply(x, x, d);
            e = TKind.Apply(x, x, e);
            f = TKind.Apply(x, x, f);
            g = TKind.Apply(x, x, g);
            h = TKind.Apply(x, x, h);
            i = TKind.Apply(x, x, i);
            j = TKind.Apply(x, x, j);
            k = TKind.Apply(x, x, k);
            l = TKind.Apply(x, x, l);
        }

        // One result of all, without a call: the chains would not stay in registers across one.
        return TKind.Apply(TKind.Apply(a, b, c), TKind.Apply(d, e, f), TKind.Apply(TKind.Apply(g, h, i), TKind.Apply(j, k, l), x));
    }

    private interface IKind<TVector>
    {
        static abstract TVector Apply(TVector a, TVector b, TVector c);
    }

    private readonly struct Wide : IKind<Vector512<float>>
    {
        public static Vector512<float> Apply(Vector512<float> a, Vector512<float> b, Vector512<float> c) =>
            Vector512.MultiplyAddEstimate(a, b, c);
    }

    private readonly struct Middle : IKind<Vector256<float>>
    {
        public static Vector256<float> Apply(Vector256<float> a, Vector256<float> b, Vector256<float> c) =>
            Vector256.MultiplyAddEstimate(a, b, c);
    }

    private readonly struct Narrow : IKind<Vector128<float>>
    {
        public static Vector128<float> Apply(Vector128<float> a, Vector128<float> b, Vector128<float> c) =>
            Vector128.MultiplyAddEstimate(a, b, c);
    }
}
