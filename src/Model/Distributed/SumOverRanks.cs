using static TorchSharp.torch;

namespace AudioBsq.Distributed;

/// <summary>
/// y = Σ x over all ranks. Every rank's loss depends on y, and the losses add up, so the gradient of x is the sum over all ranks of the
/// gradients of y.
/// </summary>
internal sealed class SumOverRanks : autograd.SingleTensorFunction<SumOverRanks>
{
    public override string Name => nameof(SumOverRanks);

    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var (x, group) = ((Tensor)vars[0], (RankGroup)vars[1]);
        ctx.save_data(nameof(RankGroup), group);
        return Sum(x, group);
    }

    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        var group = (RankGroup)ctx.get_data(nameof(RankGroup));
        try
        {
            return [apply(grad_output, group), null!]; // which has gradients itself, for penalties on gradients
        }
        catch (Exception failure)
        {
            group.Fail(failure);
            return [grad_output.alias(), null!];
        }
    }

    private static Tensor Sum(Tensor x, RankGroup group)
    {
        using var _ = no_grad();
        var sum = x.detach().contiguous().clone();
        group.Sum(sum);
        return sum;
    }
}
