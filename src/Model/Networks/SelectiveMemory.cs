using TorchSharp.Modules;
using static TorchSharp.torch;

namespace AudioBsq.Networks;

/// <summary>
/// Keeps the inputs of cheap layers instead of those of the matrix products that follow, which are computed again in the backward
/// pass. The idea is Korthikanti et al. 2022, "Reducing Activation Recomputation in Large Transformer Models", section 5.
/// </summary>
internal sealed class SelectiveMemory : ActivationMemory
{
    [ThreadStatic]
    private static SelectiveMemory? _current;

    public override Tensor Run(TransformerBlock block, Tensor x, PositionMask mask, int? seed)
    {
        _current = this;
        try
        {
            return block.Run(x, mask, seed);
        }
        finally
        {
            _current = null;
        }
    }

    /// <summary>before(x) · weightᵀ + bias in the current <see cref="ComputeType"/>; inside <see cref="Run"/> only x is kept for the backward pass.</summary>
    /// <param name="x">(batch, positions, channels)</param>
    /// <param name="before">What is applied to x first.</param>
    /// <param name="weight">(outputs, inputs)</param>
    /// <param name="bias">(outputs)</param>
    /// <param name="real">Is handed to <paramref name="before"/>.</param>
    public static Tensor Linear(Tensor x, CheapLayer before, Tensor weight, Tensor bias, Tensor? real = null)
    {
        using var scope = NewDisposeScope();
        var y = _current is { } memory
            ? Recompute.apply(x, weight, bias, new Call(memory, before, ComputeType.Current), real!)
            : ComputeType.Linear(before(x, real), weight, bias);
        return y.MoveToOuterDisposeScope();
    }

    /// <summary>The same with a layer's weights.</summary>
    public static Tensor Linear(Tensor x, CheapLayer before, Linear layer) => Linear(x, before, layer.weight!, layer.bias!);

    private sealed record Call(SelectiveMemory Memory, CheapLayer Before, ScalarType? Type)
    {
        // y = a · weightᵀ + bias with a = before(x): what torch's own formulas give, without y.
        public List<Tensor?> Gradients(List<Tensor> kept, Tensor gradient)
        {
            using var type = ComputeType.Use(Type);
            var (x, weight, bias) = (kept[0].detach().requires_grad_(), kept[1].detach(), kept[2]);
            var a = Before(x, kept[3]);
            var outer = gradient.reshape(-1, weight.shape[0]);
            var inputs = a.detach().reshape(-1, weight.shape[1]).to(outer.dtype);
            var ofWeight = outer.t().mm(inputs).to(weight.dtype);
            a.backward([outer.mm(weight.to(outer.dtype)).reshape(a.shape).to(a.dtype)]);
            return [x.grad, ofWeight, outer.sum(dim: 0).to(bias.dtype), null, null];
        }
    }

    private sealed class Recompute : autograd.SingleTensorFunction<Recompute>
    {
        public override string Name => nameof(Recompute);

        public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
        {
            var (x, weight, bias, call, real) = ((Tensor)vars[0], (Tensor)vars[1], (Tensor)vars[2], (Call)vars[3], (Tensor?)vars[4]);
            ctx.save_for_backward([x, weight, bias, real!]);
            ctx.save_data(nameof(Call), call);
            ctx.set_materialize_grads(false);
            return ComputeType.Linear(call.Before(x, real), weight, bias);
        }

        public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
        {
            var call = (Call)ctx.get_data(nameof(Call));
            return call.Memory.Backward(ctx, grad_output, arguments: 5, call.Gradients);
        }
    }
}
