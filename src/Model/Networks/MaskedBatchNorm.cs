using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace AudioBsq.Networks;

/// <summary>
/// Batch normalisation over positions (Ioffe and Szegedy 2015), whose statistics leave out padded ones. As in torch, the variance
/// that normalises is biased and the running one is not.
/// </summary>
internal sealed class MaskedBatchNorm : Module<Tensor, Tensor?, Tensor>
{
    private const double Epsilon = 1e-5, Momentum = 0.1;

    private readonly Parameter weight, bias;
    private readonly Tensor running_mean, running_var, num_batches_tracked;

    public MaskedBatchNorm(int width) : base(nameof(MaskedBatchNorm))
    {
        (weight, bias) = (Parameter(ones(width)), Parameter(zeros(width)));
        (running_mean, running_var) = (zeros(width), ones(width));
        num_batches_tracked = zeros([], ScalarType.Int64);
        RegisterComponents();
    }

    /// <summary>(batch, positions, width) → the same shape. <paramref name="real"/> (batch, positions, 1) is 1 or 0; null when all are real.</summary>
    public override Tensor forward(Tensor x, Tensor? real)
    {
        using var scope = NewDisposeScope();
        var rows = x.reshape(-1, x.shape[2]);
        if (training)
        {
            using var _ = no_grad();
            num_batches_tracked.add_(1);
        }

        var y = training && real is not null
            ? Normalize(rows, real.reshape(-1, 1))
            : functional.batch_norm(rows, running_mean, running_var, weight, bias, training, Momentum, Epsilon);
        return y.reshape(x.shape).MoveToOuterDisposeScope();
    }

    private Tensor Normalize(Tensor rows, Tensor real)
    {
        var count = real.sum().clamp(min: 1);
        var mean = (rows * real).sum(0) / count;
        var centred = rows - mean;
        var variance = (centred.square() * real).sum(0) / count;
        using (no_grad())
        {
            running_mean.mul_(1 - Momentum).add_(mean * Momentum);
            running_var.mul_(1 - Momentum).add_(variance * (count / (count - 1).clamp(min: 1)) * Momentum);
        }

        return centred * (variance + Epsilon).rsqrt() * weight + bias;
    }
}
