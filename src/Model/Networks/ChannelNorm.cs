using AudioBsq.Distributed;
using TorchSharp.Modules;
using static AudioBsq.Native.Scalars;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace AudioBsq.Networks;

/// <summary>
/// Batch normalisation of the channels of images (Ioffe and Szegedy 2015). It computes what torch's BatchNorm2d does, whose TorchSharp
/// version does not keep alive the scalar that it counts batches with (<see cref="Native.Scalars"/>).
/// </summary>
internal sealed class ChannelNorm : Module<Tensor, Tensor>
{
    private readonly Parameter weight, bias;

    /// <param name="channels">Channels of the images.</param>
    /// <param name="deviation">Standard deviation of the initial gains, whose mean is 1.</param>
    public ChannelNorm(int channels, double deviation) : base(nameof(ChannelNorm))
    {
        (weight, bias) = (Parameter(ones(channels)), Parameter(zeros(channels)));
        RegisterComponents();
        register_buffer("running_mean", zeros(channels));
        register_buffer("running_var", ones(channels));
        register_buffer("num_batches_tracked", zeros([], ScalarType.Int64));
        using var scope = NewDisposeScope(); // in-place operations return a tensor too
        using var _ = no_grad();
        weight.normal_(1, deviation);
    }

    /// <summary>(batch, channels, rows, columns) → the same shape</summary>
    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        if (training) get_buffer("num_batches_tracked")!.add_(One, alpha: One);
        var (mean, variance) = (get_buffer("running_mean"), get_buffer("running_var"));
        var y = training && RankGroup.Current.Size > 1
            ? Normalize(x, mean!, variance!)
            : functional.batch_norm(x, mean, variance, weight, bias, training, BatchMoments.Momentum, BatchMoments.Epsilon);
        return y.MoveToOuterDisposeScope();
    }

    private Tensor Normalize(Tensor x, Tensor runningMean, Tensor runningVariance)
    {
        var rows = x.permute(0, 2, 3, 1);
        var single = rows.reshape(-1, x.shape[1]).to(weight.dtype);
        var y = BatchMoments.Normalize(single, counts: null, runningMean, runningVariance, weight, bias);
        return y.to(x.dtype).reshape(rows.shape).permute(0, 3, 1, 2); // channels stay the innermost axis
    }
}
