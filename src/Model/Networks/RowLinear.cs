using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using AudioBsq.Native;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace AudioBsq.Networks;

/// <summary>
/// Matrix products whose rows depend, to the last bit, on nothing but themselves. Torch rounds a row differently for each number of rows
/// that are multiplied at once, so a stream could not give the tokens of the whole clip without computing some steps twice. One row is as
/// fast as torch's product; many take about twice as long.
/// </summary>
internal static class RowLinear
{
    // Rows of a product on another device than the CPU, always as many.
    private const int TileRows = 16;

    // Weights that stay in the processor's cache while all rows are multiplied by them.
    private const int BlockValues = 32 * 1024;

    [ThreadStatic]
    private static bool _inUse;

    /// <summary>Whether this thread's linear layers are computed so.</summary>
    public static bool InUse => _inUse;

    /// <summary>Computes this thread's linear layers so until the result is disposed, which must happen on the same thread.</summary>
    public static Former Use()
    {
        var former = new Former(_inUse);
        _inUse = true;
        return former;
    }

    /// <summary>x (1, rows, inputs) · weightᵀ + bias, in single precision.</summary>
    public static Tensor Apply(Tensor x, Tensor weight, Tensor? bias)
    {
        using var scope = NewDisposeScope();
        long rows = x.shape[1], outputs = weight.shape[0];
        if (x.device.type != TorchSharp.DeviceType.CPU) return ByTiles(x, weight, bias).MoveToOuterDisposeScope();

        var y = empty([1, rows, outputs]);
        Multiply(x.contiguous().Values<float>(), weight.contiguous().Values<float>(), y.Values<float>(), (int)rows, (int)outputs);
        return (bias is null ? y : y.add_(bias, alpha: Scalars.One)).MoveToOuterDisposeScope();
    }

    private static Tensor ByTiles(Tensor x, Tensor weight, Tensor? bias)
    {
        long rows = x.shape[1], missing = (TileRows - rows % TileRows) % TileRows;
        var tiles = functional.pad(x, [0, 0, 0, missing]).split(TileRows, dim: 1);
        return cat([.. tiles.Select(tile => functional.linear(tile, weight, bias))], dim: 1).narrow(1, 0, rows);
    }

    private static void Multiply(ReadOnlySpan<float> x, ReadOnlySpan<float> weight, Span<float> y, int rows, int outputs)
    {
        int inputs = x.Length / rows, blockOutputs = Math.Max(4, BlockValues / inputs / 4 * 4);
        for (int first = 0; first < outputs; first += blockOutputs)
        {
            int count = Math.Min(blockOutputs, outputs - first);
            var block = weight.Slice(first * inputs, count * inputs);
            for (int row = 0; row < rows;)
            {
                var left = x[(row * inputs)..];
                var to = y[(row * outputs + first)..];
                if (row + 4 <= rows) FourRows(left[..(4 * inputs)], block, to, count, outputs);
                else OneRow(left[..inputs], block, to[..count]);
                row += row + 4 <= rows ? 4 : 1;
            }
        }
    }

    // Every output is summed in the same order here and below: a vector of partial sums, then these, then what fills no vector.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void OneRow(ReadOnlySpan<float> x, ReadOnlySpan<float> weight, Span<float> y)
    {
        ref float a = ref MemoryMarshal.GetReference(x), w = ref MemoryMarshal.GetReference(weight);
        nuint inputs = (nuint)x.Length, whole = inputs - inputs % (nuint)Vector<float>.Count;
        int output = 0;
        for (; output + 4 <= y.Length; output += 4)
        {
            ref float w0 = ref Unsafe.Add(ref w, (nuint)output * inputs), w1 = ref Unsafe.Add(ref w0, inputs);
            ref float w2 = ref Unsafe.Add(ref w1, inputs), w3 = ref Unsafe.Add(ref w2, inputs);
            Vector<float> sum0 = default, sum1 = default, sum2 = default, sum3 = default;
            for (nuint i = 0; i < whole; i += (nuint)Vector<float>.Count)
            {
                var v = Vector.LoadUnsafe(ref a, i);
                sum0 = Vector.MultiplyAddEstimate(v, Vector.LoadUnsafe(ref w0, i), sum0);
                sum1 = Vector.MultiplyAddEstimate(v, Vector.LoadUnsafe(ref w1, i), sum1);
                sum2 = Vector.MultiplyAddEstimate(v, Vector.LoadUnsafe(ref w2, i), sum2);
                sum3 = Vector.MultiplyAddEstimate(v, Vector.LoadUnsafe(ref w3, i), sum3);
            }

            y[output] = Vector.Sum(sum0) + Rest(ref a, ref w0, whole, inputs);
            y[output + 1] = Vector.Sum(sum1) + Rest(ref a, ref w1, whole, inputs);
            y[output + 2] = Vector.Sum(sum2) + Rest(ref a, ref w2, whole, inputs);
            y[output + 3] = Vector.Sum(sum3) + Rest(ref a, ref w3, whole, inputs);
        }

        for (; output < y.Length; output++)
        {
            ref float w0 = ref Unsafe.Add(ref w, (nuint)output * inputs);
            Vector<float> sum = default;
            for (nuint i = 0; i < whole; i += (nuint)Vector<float>.Count)
                sum = Vector.MultiplyAddEstimate(Vector.LoadUnsafe(ref a, i), Vector.LoadUnsafe(ref w0, i), sum);
            y[output] = Vector.Sum(sum) + Rest(ref a, ref w0, whole, inputs);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void FourRows(ReadOnlySpan<float> x, ReadOnlySpan<float> weight, Span<float> y, int count, int stride)
    {
        nuint inputs = (nuint)(x.Length / 4), whole = inputs - inputs % (nuint)Vector<float>.Count;
        ref float a0 = ref MemoryMarshal.GetReference(x), a1 = ref Unsafe.Add(ref a0, inputs);
        ref float a2 = ref Unsafe.Add(ref a1, inputs), a3 = ref Unsafe.Add(ref a2, inputs);
        ref float w = ref MemoryMarshal.GetReference(weight);
        int output = 0;
        for (; output + 2 <= count; output += 2)
        {
            ref float w0 = ref Unsafe.Add(ref w, (nuint)output * inputs), w1 = ref Unsafe.Add(ref w0, inputs);
            Vector<float> s00 = default, s01 = default, s10 = default, s11 = default;
            Vector<float> s20 = default, s21 = default, s30 = default, s31 = default;
            for (nuint i = 0; i < whole; i += (nuint)Vector<float>.Count)
            {
                Vector<float> v0 = Vector.LoadUnsafe(ref w0, i), v1 = Vector.LoadUnsafe(ref w1, i), v = Vector.LoadUnsafe(ref a0, i);
                (s00, s01) = (Vector.MultiplyAddEstimate(v, v0, s00), Vector.MultiplyAddEstimate(v, v1, s01));
                v = Vector.LoadUnsafe(ref a1, i);
                (s10, s11) = (Vector.MultiplyAddEstimate(v, v0, s10), Vector.MultiplyAddEstimate(v, v1, s11));
                v = Vector.LoadUnsafe(ref a2, i);
                (s20, s21) = (Vector.MultiplyAddEstimate(v, v0, s20), Vector.MultiplyAddEstimate(v, v1, s21));
                v = Vector.LoadUnsafe(ref a3, i);
                (s30, s31) = (Vector.MultiplyAddEstimate(v, v0, s30), Vector.MultiplyAddEstimate(v, v1, s31));
            }

            y[output] = Vector.Sum(s00) + Rest(ref a0, ref w0, whole, inputs);
            y[output + 1] = Vector.Sum(s01) + Rest(ref a0, ref w1, whole, inputs);
            y[stride + output] = Vector.Sum(s10) + Rest(ref a1, ref w0, whole, inputs);
            y[stride + output + 1] = Vector.Sum(s11) + Rest(ref a1, ref w1, whole, inputs);
            y[2 * stride + output] = Vector.Sum(s20) + Rest(ref a2, ref w0, whole, inputs);
            y[2 * stride + output + 1] = Vector.Sum(s21) + Rest(ref a2, ref w1, whole, inputs);
            y[3 * stride + output] = Vector.Sum(s30) + Rest(ref a3, ref w0, whole, inputs);
            y[3 * stride + output + 1] = Vector.Sum(s31) + Rest(ref a3, ref w1, whole, inputs);
        }

        if (output == count) return;
        for (int row = 0; row < 4; row++)
            OneRow(x.Slice(row * (int)inputs, (int)inputs), weight[(output * (int)inputs)..], y.Slice(row * stride + output, 1));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Rest(ref float x, ref float weight, nuint from, nuint to) => from == to ? 0 : RestOf(ref x, ref weight, from, to);

    private static float RestOf(ref float x, ref float weight, nuint from, nuint to)
    {
        float sum = 0;
        for (nuint i = from; i < to; i++) sum += Unsafe.Add(ref x, i) * Unsafe.Add(ref weight, i);
        return sum;
    }

    /// <summary>Restores the former way when disposed.</summary>
    public readonly struct Former(bool inUse) : IDisposable
    {
        public void Dispose() => _inUse = inUse;
    }
}
