using AudioBsq.Distributed;
using TorchSharp.Modules;
using static AudioBsq.Native.Scalars;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace AudioBsq.Networks;

/// <summary>
/// Batch normalisation over positions (Ioffe and Szegedy 2015) whose statistics leave out padding. As in torch, the variance that
/// normalises is biased, and the running variance is not.
/// </summary>
internal sealed class MaskedBatchNorm : Module<Tensor, Tensor?, Tensor>
{
    private readonly Parameter weight, bias;

    public MaskedBatchNorm(int width) : base(nameof(MaskedBatchNorm))
    {
        (weight, bias) = (Parameter(ones(width)), Parameter(zeros(width)));
        RegisterComponents();
        register_buffer("running_mean", zeros(width));
        register_buffer("running_var", ones(width));
        register_buffer("num_batches_tracked", zeros([], ScalarType.Int64));
    }

    /// <summary>
    /// (batch, positions, width) → the same shape. <paramref name="valid"/> (batch, positions, 1) is 1 or 0; null when all are valid.
    /// </summary>
    public override Tensor forward(Tensor x, Tensor? valid)
    {
        using var scope = NewDisposeScope();
        var rows = x.reshape(-1, x.shape[2]);
        var (mean, variance) = (get_buffer("running_mean")!, get_buffer("running_var")!);
        if (ActivationCheckpointing.IsSecondPass)
        {
            (mean, variance) = (mean.clone(), variance.clone()); // the first pass has updated the running statistics
        }
        else if (training)
        {
            using var _ = no_grad();
            get_buffer("num_batches_tracked")!.add_(One, alpha: One);
        }

        var y = training && (valid is not null || RankGroup.Current.Size > 1)
            ? BatchMoments.Normalize(rows, valid?.reshape(-1, 1), mean, variance, weight, bias)
            : functional.batch_norm(rows, mean, variance, weight, bias, training, BatchMoments.Momentum, BatchMoments.Epsilon);
        return y.reshape(x.shape).MoveToOuterDisposeScope();
    }
}
