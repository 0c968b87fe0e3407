using TorchSharp.Modules;
using static AudioBsq.Native.Scalars;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace AudioBsq.Networks;

/// <summary>
/// A patch discriminator: each logit depends on one region of the mel spectrogram (Isola et al. 2017, section 3.2.2). Like the published
/// version, it has one more stage of stride 2 than the paper.
/// </summary>
internal sealed class PatchDiscriminator : Module<Tensor, Tensor>
{
    private const double Slope = 0.2, Deviation = 0.02;

    private readonly Sequential network;

    /// <summary>A discriminator with random weights, from torch's global generator.</summary>
    /// <param name="layers">Stages of stride 2 after the first; each halves frames and bands.</param>
    /// <param name="width">Channels of the first stage; they double up to eight times that.</param>
    public PatchDiscriminator(int layers = 3, int width = 64) : base(nameof(PatchDiscriminator))
    {
        Check.That(layers is >= 1 and <= 8, layers, "must be from 1 to 8");
        Check.Positive(width);
        Native.TorchLibrary.EnsureLoaded();
        network = Sequential(Stages(layers, width));
        RegisterComponents();
    }

    /// <summary>(batch, frames, bands) → logits (batch, 1, rows, columns), large where the mel looks real.</summary>
    public override Tensor forward(Tensor mel)
    {
        using var scope = NewDisposeScope();
        // One channel may have any place; as the innermost axis it makes torch keep all stages so, which is faster.
        return network.call(mel.dim() == 3 ? mel.unsqueeze(-1).permute(0, 3, 1, 2) : mel).to(mel.dtype).MoveToOuterDisposeScope();
    }

    private static List<Module<Tensor, Tensor>> Stages(int layers, int width)
    {
        List<Module<Tensor, Tensor>> stages = [Convolution(1, width, stride: 2), new Leak()];
        int channels = width;
        for (int n = 0; n <= layers; n++)
        {
            bool last = n == layers;
            int wider = last ? channels : width * Math.Min(1 << n, 8);
            stages.AddRange([Convolution(channels, wider, stride: last ? 1 : 2), new ChannelNorm(wider, Deviation), new Leak()]);
            channels = wider;
        }

        stages.Add(Convolution(channels, 1, stride: 1));
        return stages;
    }

    private static ImageConvolution Convolution(int from, int to, int stride)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var layer = new ImageConvolution(from, to, (4, 4), (stride, stride), (1, 1));
        layer.Weight.normal_(0, Deviation);
        return layer;
    }

    // TorchSharp's LeakyReLU makes a scalar that it does not keep alive.
    private sealed class Leak() : Module<Tensor, Tensor>(nameof(Leak))
    {
        public override Tensor forward(Tensor x) => x.leaky_relu(Scalar(Slope));
    }
}
