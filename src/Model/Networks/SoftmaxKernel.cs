using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using AudioBsq.Native;
using Tensor = TorchSharp.torch.Tensor;

namespace AudioBsq.Networks;

/// <summary>Softmax of rows in bfloat16, and its gradient, computed in single precision, in the memory of contiguous tensors.</summary>
internal static class SoftmaxKernel
{
    private const int RowsOfPiece = 256; // of one thread at a time

    private const float Lowest = -87; // below it the exponential is 0

    /// <summary>weights = e^scores / Σ e^scores in each row.</summary>
    public static void Forward(Tensor scores, Tensor weights)
    {
        int columns = (int)scores.shape[^1];
        ForEachPiece(scores, (from, count) =>
        {
            Span<ushort> x = scores.Values<ushort>().Slice(from, count), y = weights.Values<ushort>().Slice(from, count);
            float[] memory = new float[columns];
            for (int at = 0; at < count; at += columns) Forward(x.Slice(at, columns), y.Slice(at, columns), memory);
        });
    }

    /// <summary>result = weights · (gradient − Σ weights · gradient) in each row.</summary>
    public static void Backward(Tensor weights, Tensor gradient, Tensor result)
    {
        int columns = (int)weights.shape[^1];
        ForEachPiece(weights, (from, count) =>
        {
            Span<ushort> w = weights.Values<ushort>().Slice(from, count), g = gradient.Values<ushort>().Slice(from, count);
            var to = result.Values<ushort>().Slice(from, count);
            for (int at = 0; at < count; at += columns) Backward(w.Slice(at, columns), g.Slice(at, columns), to.Slice(at, columns));
        });
    }

    // Calls run with the first value of some rows, and the number of their values.
    private static void ForEachPiece(Tensor rows, Action<int, int> run)
    {
        int values = checked((int)rows.numel());
        if (values > 0) Pieces.ForEach(values, RowsOfPiece * (int)rows.shape[^1], (_, from, count) => run((int)from, count));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Forward(Span<ushort> scores, Span<ushort> weights, Span<float> e)
    {
        Widen(scores, e);
        float max = TensorPrimitives.Max<float>(e), sum = 0;
        var vectors = Vectors(e);
        var (shift, total) = (Vector.Create(max), Vector<float>.Zero);
        for (int i = 0; i < vectors.Length; i++)
        {
            vectors[i] = Exp(vectors[i] - shift);
            total += vectors[i];
        }

        for (int i = vectors.Length * Vector<float>.Count; i < e.Length; i++) sum += e[i] = MathF.Exp(e[i] - max);
        float scale = 1 / (sum + Vector.Sum(total));
        for (int i = 0; i < vectors.Length; i++) vectors[i] *= scale;
        for (int i = vectors.Length * Vector<float>.Count; i < e.Length; i++) e[i] *= scale;
        Narrow(e, weights);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Backward(Span<ushort> weights, Span<ushort> gradient, Span<ushort> result)
    {
        Span<Vector<ushort>> w = Vectors(weights), g = Vectors(gradient), r = Vectors(result);
        var (sum, rest, tail) = (Vector<float>.Zero, 0f, w.Length * Vector<ushort>.Count);
        for (int i = 0; i < w.Length; i++)
        {
            var ((lowW, highW), (lowG, highG)) = (Widen(w[i]), Widen(g[i]));
            sum += lowW * lowG + highW * highG;
        }

        for (int i = tail; i < weights.Length; i++) rest += Single(weights[i]) * Single(gradient[i]);
        float dot = Vector.Sum(sum) + rest;
        var all = Vector.Create(dot);
        for (int i = 0; i < w.Length; i++)
        {
            var ((lowW, highW), (lowG, highG)) = (Widen(w[i]), Widen(g[i]));
            r[i] = Vector.Narrow(Rounded(lowW * (lowG - all)), Rounded(highW * (highG - all)));
        }

        for (int i = tail; i < weights.Length; i++) result[i] = Rounded(Single(weights[i]) * (Single(gradient[i]) - dot));
    }

    // Cephes Math Library (Moshier 1989), expf.c, for x ≤ 0: 2ⁿ · e^r with |r| ≤ ln 2 / 2.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<float> Exp(Vector<float> x)
    {
        var n = Vector.Floor(x * 1.44269504088896341f + Vector.Create(0.5f));
        var r = x - n * 0.693359375f - n * -2.12194440e-4f;
        var p = Vector.Create(1.9875691500e-4f) * r + Vector.Create(1.3981999507e-3f);
        p = p * r + Vector.Create(8.3334519073e-3f);
        p = p * r + Vector.Create(4.1665795894e-2f);
        p = p * r + Vector.Create(1.6666665459e-1f);
        p = p * r + Vector.Create(5.0000001201e-1f);
        p = p * r * r + r + Vector<float>.One;
        var power = Vector.AsVectorSingle((Vector.ConvertToInt32(n) + Vector.Create(127)) << 23);
        return Vector.ConditionalSelect(Vector.LessThan(x, Vector.Create(Lowest)), Vector<float>.Zero, p * power);
    }

    private static Span<Vector<T>> Vectors<T>(Span<T> values) where T : unmanaged => MemoryMarshal.Cast<T, Vector<T>>(values);

    private static void Widen(Span<ushort> halves, Span<float> singles)
    {
        var from = Vectors(halves);
        var to = Vectors(singles);
        for (int i = 0; i < from.Length; i++) (to[2 * i], to[2 * i + 1]) = Widen(from[i]);
        for (int i = from.Length * Vector<ushort>.Count; i < halves.Length; i++) singles[i] = Single(halves[i]);
    }

    private static void Narrow(Span<float> singles, Span<ushort> halves)
    {
        var from = Vectors(singles);
        var to = Vectors(halves);
        for (int i = 0; i < to.Length; i++) to[i] = Vector.Narrow(Rounded(from[2 * i]), Rounded(from[2 * i + 1]));
        for (int i = to.Length * Vector<ushort>.Count; i < halves.Length; i++) halves[i] = Rounded(singles[i]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector<float> Low, Vector<float> High) Widen(Vector<ushort> halves)
    {
        Vector.Widen(halves, out var low, out var high);
        return (Vector.AsVectorSingle(low << 16), Vector.AsVectorSingle(high << 16));
    }

    // The upper half of the bits, rounded to even.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<uint> Rounded(Vector<float> x)
    {
        var bits = Vector.AsVectorUInt32(x);
        return (bits + Vector.Create(0x7FFFu) + ((bits >> 16) & Vector<uint>.One)) >> 16;
    }

    private static float Single(ushort half) => BitConverter.UInt32BitsToSingle((uint)half << 16);

    private static ushort Rounded(float x)
    {
        uint bits = BitConverter.SingleToUInt32Bits(x);
        return (ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
    }
}
