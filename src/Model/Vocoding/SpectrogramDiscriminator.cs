using AudioBsq.Networks;
using TorchSharp.Modules;
using static AudioBsq.Native.Scalars;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace AudioBsq.Vocoding;

/// <summary>
/// A discriminator of magnitude spectrograms (one resolution of Jang et al. 2021, "UnivNet", section 2.2; narrower, and without weight
/// normalisation).
/// </summary>
internal sealed class SpectrogramDiscriminator : Module
{
    private const double Slope = 0.2;

    private readonly ModuleList<ImageConvolution> stages;
    private readonly ImageConvolution head;

    /// <summary>A discriminator with random weights, from torch's global generator.</summary>
    public SpectrogramDiscriminator(int width) : base(nameof(SpectrogramDiscriminator))
    {
        stages =
        [
            Stage(1, width, taps: 9, stride: 1),
            Stage(width, width, taps: 9, stride: 2),
            Stage(width, width, taps: 9, stride: 2),
            Stage(width, width, taps: 9, stride: 2),
            Stage(width, width, taps: 3, stride: 1),
        ];
        head = Stage(width, 1, taps: 3, stride: 1);
        RegisterComponents();
    }

    /// <summary>
    /// (batch, bins, frames) → logits (batch, 1, frames, columns), large where the sound looks real, and the outputs of the stages.
    /// </summary>
    public (Tensor Logits, IReadOnlyList<Tensor> Features) Discriminate(Tensor magnitude)
    {
        using var scope = NewDisposeScope();
        // One channel may have any place; as the innermost axis it makes torch keep all stages so, which is faster.
        var x = magnitude.transpose(1, 2).contiguous().unsqueeze(-1).permute(0, 3, 1, 2);
        var features = new List<Tensor>();
        foreach (var stage in stages)
        {
            x = stage.call(x).leaky_relu(Scalar(Slope));
            features.Add(x.MoveToOuterDisposeScope());
        }

        return (head.call(x).MoveToOuterDisposeScope(), features);
    }

    private static ImageConvolution Stage(int from, int to, int taps, int stride) =>
        new(from, to, (3, taps), (1, stride), (1, taps / 2));
}
