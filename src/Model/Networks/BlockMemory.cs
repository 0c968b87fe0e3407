using static TorchSharp.torch;

namespace AudioBsq.Networks;

/// <summary>
/// Runs blocks without keeping what lies inside them: in the backward pass a block is computed again from its input (Chen et al. 2016,
/// "Training Deep Nets with Sublinear Memory Cost").
/// </summary>
internal sealed class BlockMemory : ActivationMemory
{
    public override Tensor Run(TransformerBlock block, Tensor x, PositionMask mask, int? seed)
    {
        using var scope = NewDisposeScope();
        return Recompute.apply(x, new Call(this, block, mask.Causal, seed, ComputeType.Current), mask).MoveToOuterDisposeScope();
    }

    private sealed record Call(BlockMemory Memory, TransformerBlock Block, bool Causal, int? Seed, ScalarType? Type)
    {
        public List<Tensor?> Gradients(List<Tensor> kept, Tensor gradient)
        {
            using var type = ComputeType.Use(Type);
            var x = kept[0].detach().requires_grad_();
            Block.Run(x, new PositionMask(kept[1], Causal, kept[2], kept[3]), Seed).backward([gradient]);
            return [x.grad, null, null];
        }
    }

    private sealed class Recompute : autograd.SingleTensorFunction<Recompute>
    {
        public override string Name => nameof(Recompute);

        public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
        {
            var (x, call, mask) = ((Tensor)vars[0], (Call)vars[1], (PositionMask)vars[2]);
            ctx.save_for_backward([x, mask.Attention!, mask.Real!, mask.Rotation!]);
            ctx.save_data(nameof(Call), call);
            ctx.set_materialize_grads(false);
            return call.Block.Run(x, mask, call.Seed);
        }

        public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
        {
            var call = (Call)ctx.get_data(nameof(Call));
            return call.Memory.Backward(ctx, grad_output, arguments: 3, call.Gradients);
        }
    }
}
