using TorchSharp;
using static TorchSharp.torch;

namespace AudioBsq.Networks;

/// <summary>
/// The softmax of rows in bfloat16 on a CPU. torch's own calls a function for each vector, and where its buffers have an unlucky place in
/// memory, which some processes meet at every call, that takes twelve times as long on AMD's Zen 5 (docs/performance-avx512.md).
/// </summary>
internal static class RowSoftmax
{
    /// <summary>Whether it is for scores of this type and place.</summary>
    public static bool Takes(Tensor scores) => scores.dtype == ScalarType.BFloat16 && scores.device_type == DeviceType.CPU;

    /// <summary>Scores (…, columns) → weights of the same shape, whose rows add up to 1.</summary>
    public static Tensor Apply(Tensor scores) =>
        is_grad_enabled() && scores.requires_grad ? Differentiable.apply(scores) : Forward(scores);

    private static Tensor Forward(Tensor scores)
    {
        using var scope = NewDisposeScope();
        var (x, y) = (scores.contiguous(), empty(scores.shape, ScalarType.BFloat16));
        SoftmaxKernel.Forward(x, y);
        return y.MoveToOuterDisposeScope();
    }

    private static Tensor?[] Backward(Tensor weights, Tensor gradient)
    {
        var (g, result) = (gradient.contiguous(), empty(weights.shape, ScalarType.BFloat16));
        SoftmaxKernel.Backward(weights, g, result);
        return [result];
    }

    private sealed class Differentiable : autograd.SingleTensorFunction<Differentiable>
    {
        public override string Name => nameof(RowSoftmax);

        public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
        {
            var weights = Forward((Tensor)vars[0]);
            ctx.save_for_backward([weights]);
            return weights;
        }

        public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output) =>
            BackwardCallback.Run(ctx, grad_output, 1, saved => RowSoftmax.Backward(saved[0], grad_output));
    }
}
