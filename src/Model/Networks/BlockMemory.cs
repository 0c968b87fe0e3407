using System.Runtime.ExceptionServices;
using static TorchSharp.torch;

namespace AudioBsq.Networks;

/// <summary>
/// Runs blocks without keeping what lies inside them: in the backward pass a block is computed again from its input (Chen et al. 2016,
/// "Training Deep Nets with Sublinear Memory Cost"). Call <see cref="ThrowIfFailed"/> after each backward pass.
/// </summary>
internal sealed class BlockMemory
{
    [ThreadStatic]
    private static bool _again;

    private volatile ExceptionDispatchInfo? _failure;

    /// <summary>True while this thread computes a block for the second time: running statistics have seen the batch already.</summary>
    public static bool IsSecondTime => _again;

    /// <summary>(batch, positions, width) → (batch, positions, width). <paramref name="seed"/> starts the block's random numbers both times, where it has any.</summary>
    public Tensor Run(TransformerBlock block, Tensor x, PositionMask mask, int? seed) =>
        Recompute.apply(x, new Call(this, block, mask.Attention is not null, mask.Causal, mask.Real is not null, seed, ComputeType.Current), mask);

    /// <summary>An exception inside torch's backward pass would end the process, so it waits here.</summary>
    public void ThrowIfFailed()
    {
        var failure = _failure;
        _failure = null;
        failure?.Throw();
    }

    private sealed record Call(BlockMemory Memory, TransformerBlock Block, bool HasAttention, bool Causal, bool HasReal, int? Seed, ScalarType? Type)
    {
        public Tensor Run(Tensor x, PositionMask mask)
        {
            if (Seed is { } seed) random.manual_seed(seed);
            return Block.call(x, mask);
        }
    }

    private sealed class Recompute : autograd.SingleTensorFunction<Recompute>
    {
        public override string Name => nameof(Recompute);

        public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
        {
            var (x, call, mask) = ((Tensor)vars[0], (Call)vars[1], (PositionMask)vars[2]);
            List<Tensor> kept = [x];
            if (mask.Attention is not null) kept.Add(mask.Attention);
            if (mask.Real is not null) kept.Add(mask.Real);
            ctx.save_for_backward(kept);
            ctx.save_data(nameof(Call), call);
            return call.Run(x, mask);
        }

        public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
        {
            var call = (Call)ctx.get_data(nameof(Call));
            try
            {
                return [Gradient(ctx.get_saved_variables(), call, grad_output), null!, null!];
            }
            catch (Exception failure)
            {
                call.Memory._failure ??= ExceptionDispatchInfo.Capture(failure);
                return [zeros_like(grad_output), null!, null!];
            }
        }

        private static Tensor Gradient(List<Tensor> kept, Call call, Tensor gradient)
        {
            using var scope = NewDisposeScope();
            using var gradients = enable_grad();
            using var type = ComputeType.Use(call.Type);
            var mask = new PositionMask(call.HasAttention ? kept[1] : null, call.Causal, call.HasReal ? kept[^1] : null);
            var x = kept[0].detach().requires_grad_();
            try
            {
                _again = true;
                call.Run(x, mask).backward([gradient]);
            }
            finally
            {
                _again = false;
                foreach (var tensor in kept) tensor.Dispose();
            }

            return x.grad!.MoveToOuterDisposeScope();
        }
    }
}
