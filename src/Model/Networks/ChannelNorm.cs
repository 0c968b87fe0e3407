using TorchSharp.Modules;
using static AudioBsq.Native.Numbers;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace AudioBsq.Networks;

/// <summary>
/// Batch normalisation of the channels of images (Ioffe and Szegedy 2015). The same as torch's BatchNorm2d, whose TorchSharp version counts
/// its batches by a number that it does not keep alive (<see cref="Native.Numbers"/>).
/// </summary>
internal sealed class ChannelNorm : Module<Tensor, Tensor>
{
    private const double Epsilon = 1e-5, Momentum = 0.1;

    private readonly Parameter weight, bias;

    /// <param name="channels">Channels of the images.</param>
    /// <param name="deviation">Standard deviation of the first gains, whose mean is 1.</param>
    public ChannelNorm(int channels, double deviation) : base(nameof(ChannelNorm))
    {
        (weight, bias) = (Parameter(ones(channels)), Parameter(zeros(channels)));
        RegisterComponents();
        register_buffer("running_mean", zeros(channels));
        register_buffer("running_var", ones(channels));
        register_buffer("num_batches_tracked", zeros([], ScalarType.Int64));
        using var scope = NewDisposeScope(); // what is done in place also returns a tensor
        using var _ = no_grad();
        weight.normal_(1, deviation);
    }

    /// <summary>(batch, channels, rows, columns) → the same shape</summary>
    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        if (training) get_buffer("num_batches_tracked")!.add_(One, alpha: One);
        var (mean, variance) = (get_buffer("running_mean"), get_buffer("running_var"));
        return functional.batch_norm(x, mean, variance, weight, bias, training, Momentum, Epsilon).MoveToOuterDisposeScope();
    }
}
