using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using AudioBsq.Native;
using static TorchSharp.torch;

namespace AudioBsq.Training;

/// <summary>
/// AdamW and moving averages on a processor, each in one pass over the memory: torch's operations take seven for AdamW. Values are the same
/// for any number of threads.
/// </summary>
internal static class OptimizerKernel
{
    private const int Piece = 1 << 16; // of one thread; sums do not depend on the number of threads

    /// <summary>The numbers of a step: gradients are multiplied by <c>GradientScale</c>, and weights by <c>Keep</c>.</summary>
    public readonly record struct Step(
        float GradientScale, float Keep, float Beta1, float Rest1, float Beta2, float Rest2, float Rate, float Deviation, float Epsilon);

    /// <summary>Whether the kernel can be used with a weight: contiguous single precision in the processor's memory.</summary>
    public static bool Takes(Tensor weight) =>
        weight.device_type == TorchSharp.DeviceType.CPU && weight.dtype == ScalarType.Float32 && weight.is_contiguous();

    /// <summary>Updates a weight and its moments by its gradient, all of which are contiguous.</summary>
    public static unsafe void Update(Tensor weight, Tensor gradient, Tensor first, Tensor second, Step step)
    {
        var (w, g, m, v) = ((nint)Values(weight), (nint)Values(gradient), (nint)Values(first), (nint)Values(second));
        long length = weight.numel();
        ForEachPiece(
            length,
            (_, from, count) => Update((float*)w + from, (float*)g + from, (float*)m + from, (float*)v + from, count, step));
    }

    /// <summary>average = decay · average + (1 − decay) · weight; both are contiguous.</summary>
    public static unsafe void Average(Tensor average, Tensor weight, float decay)
    {
        var (a, w) = ((nint)Values(average), (nint)Values(weight));
        ForEachPiece(average.numel(), (_, from, count) => Average((float*)a + from, (float*)w + from, count, decay));
    }

    /// <summary>The sum of the squares of a contiguous tensor.</summary>
    public static unsafe double SumOfSquares(Tensor tensor)
    {
        nint values = (nint)Values(tensor);
        long length = tensor.numel();
        double[] sums = new double[Pieces.Of(length, Piece)];
        ForEachPiece(length, (piece, from, count) => sums[piece] = SumOfSquares((float*)values + from, count));
        return sums.Sum();
    }

    private static void ForEachPiece(long length, Action<int, long, int> run) => Pieces.ForEach(length, Piece, run);

    // Loshchilov and Hutter 2019, algorithm 2.
    private static unsafe void Update(float* w, float* g, float* m, float* v, int count, Step step)
    {
        var (scale, keep, rate) = (Vector.Create(step.GradientScale), Vector.Create(step.Keep), Vector.Create(step.Rate));
        var (beta1, rest1) = (Vector.Create(step.Beta1), Vector.Create(step.Rest1));
        var (beta2, rest2) = (Vector.Create(step.Beta2), Vector.Create(step.Rest2));
        var (deviation, epsilon) = (Vector.Create(step.Deviation), Vector.Create(step.Epsilon));
        int i = 0;
        for (; i <= count - Vector<float>.Count; i += Vector<float>.Count)
        {
            var gradient = Vector.Load(g + i) * scale;
            var first = Vector.Load(m + i) * beta1 + gradient * rest1;
            var second = Vector.Load(v + i) * beta2 + gradient * gradient * rest2;
            first.Store(m + i);
            second.Store(v + i);
            (Vector.Load(w + i) * keep - rate * first / (Vector.SquareRoot(second) / deviation + epsilon)).Store(w + i);
        }

        for (; i < count; i++)
        {
            float gradient = g[i] * step.GradientScale;
            m[i] = m[i] * step.Beta1 + gradient * step.Rest1;
            v[i] = v[i] * step.Beta2 + gradient * gradient * step.Rest2;
            w[i] = w[i] * step.Keep - step.Rate * m[i] / (MathF.Sqrt(v[i]) / step.Deviation + step.Epsilon);
        }
    }

    // One product, so that equal values stay what they are.
    private static unsafe void Average(float* a, float* w, int count, float decay)
    {
        int i = 0;
        for (; i <= count - Vector<float>.Count; i += Vector<float>.Count)
        {
            var weights = Vector.Load(w + i);
            (weights - (weights - Vector.Load(a + i)) * decay).Store(a + i);
        }

        for (; i < count; i++) a[i] = w[i] - (w[i] - a[i]) * decay;
    }

    private static unsafe double SumOfSquares(float* x, int count)
    {
        const int Row = 1 << 10; // summed in single precision, rows in double
        double total = 0;
        for (int start = 0; start < count; start += Row)
        {
            var sum = Vector<float>.Zero;
            int i = start, end = Math.Min(count, start + Row);
            for (; i <= end - Vector<float>.Count; i += Vector<float>.Count)
            {
                var values = Vector.Load(x + i);
                sum += values * values;
            }

            total += Vector.Sum(sum);
            for (; i < end; i++) total += (double)x[i] * x[i];
        }

        return total;
    }

    private static unsafe float* Values(Tensor tensor) =>
        (float*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(tensor.Values<float>()));
}
