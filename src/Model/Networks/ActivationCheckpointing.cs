using System.Runtime.ExceptionServices;
using static TorchSharp.torch;

namespace AudioBsq.Networks;

/// <summary>
/// Activation checkpointing (Chen et al. 2016, "Training Deep Nets with Sublinear Memory Cost"): the
/// forward pass keeps only each block's input, and the backward pass computes the block again from
/// it. Call <see cref="ThrowIfFailed"/> after each backward pass. One instance serves one device.
/// </summary>
internal sealed class ActivationCheckpointing
{
    private const int Arguments = 3;

    [ThreadStatic]
    private static bool _secondPass;

    private readonly List<Tensor> _returned = [];
    private ExceptionDispatchInfo? _failure;

    /// <summary>True while this thread computes a block for the second time: its running statistics contain the batch already.</summary>
    public static bool IsSecondPass => _secondPass;

    /// <summary>
    /// (batch, positions, width) → (batch, positions, width). <paramref name="seed"/> seeds the block's random numbers, if it uses any.
    /// </summary>
    public Tensor Run(TransformerBlock block, Tensor x, PositionMask mask, int? seed)
    {
        using var scope = NewDisposeScope();
        var call = new Call(this, block, mask.Causal, mask.Visible, seed, ComputeType.Current);
        return CheckpointedBlock.apply(x, call, mask).MoveToOuterDisposeScope();
    }

    /// <summary>Throws the exception that a block threw during the backward pass: thrown there, it would end the process.</summary>
    public void ThrowIfFailed()
    {
        FreeReturned();
        var failure = _failure;
        _failure = null;
        failure?.Throw();
    }

    // TorchSharp holds saved tensors and returned gradients until the whole pass ends, which would save no memory. So they are freed here,
    // as soon as torch holds its own references.
    private List<Tensor> Backward(autograd.AutogradContext context, Tensor gradient, Call call)
    {
        FreeReturned();
        using var scope = NewDisposeScope();
        using var gradients = enable_grad();
        List<Tensor?> computed = [.. new Tensor?[Arguments]];
        List<Tensor> kept = [];
        try
        {
            _secondPass = true;
            kept = context.get_saved_variables();
            if (!gradient.IsInvalid) computed[0] = call.GradientOfInput(kept, gradient);
        }
        catch (Exception failure)
        {
            _failure ??= ExceptionDispatchInfo.Capture(failure);
            if (kept.Count > 0) computed[0] = zeros_like(kept[0]);
        }
        finally
        {
            _secondPass = false;
            gradient.Dispose();
            context.Dispose();
        }

        _returned.AddRange(computed.OfType<Tensor>().Select(tensor => tensor.DetachFromDisposeScope()));
        return computed!;
    }

    // Torch has its own references once the function that returned these has been left.
    private void FreeReturned()
    {
        foreach (var tensor in _returned) tensor.Dispose();
        _returned.Clear();
    }

    private sealed record Call(
        ActivationCheckpointing Owner, TransformerBlock Block, bool Causal, VisiblePatches? Visible, int? Seed, ScalarType? Type)
    {
        public Tensor? GradientOfInput(List<Tensor> kept, Tensor gradient)
        {
            using var type = ComputeType.Use(Type);
            var x = kept[0].detach().requires_grad_();
            Block.Run(x, new PositionMask(kept[1], Causal, kept[2], kept[3], Visible), Seed).backward([gradient]);
            return x.grad;
        }
    }

    private sealed class CheckpointedBlock : autograd.SingleTensorFunction<CheckpointedBlock>
    {
        public override string Name => nameof(CheckpointedBlock);

        public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
        {
            var (x, call, mask) = ((Tensor)vars[0], (Call)vars[1], (PositionMask)vars[2]);
            ctx.save_for_backward([x, mask.Attention!, mask.Valid!, mask.Rotation!]);
            ctx.save_data(nameof(Call), call);
            ctx.set_materialize_grads(false);
            return call.Block.Run(x, mask, call.Seed);
        }

        public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
        {
            var call = (Call)ctx.get_data(nameof(Call));
            return call.Owner.Backward(ctx, grad_output, call);
        }
    }
}
