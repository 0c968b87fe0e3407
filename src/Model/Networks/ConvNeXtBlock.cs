using TorchSharp.Modules;
using static AudioBsq.Native.Numbers;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace AudioBsq.Networks;

/// <summary>
/// Mixes neighbouring frames channel by channel, then channels frame by frame (Liu et al. 2022, "A ConvNet for the 2020s", section 2.6; in
/// one dimension as Siuzdak 2023 has it).
/// </summary>
internal sealed class ConvNeXtBlock : Module<Tensor, Tensor>
{
    private readonly ConvolutionWeights depthwise;
    private readonly LayerNorm norm;
    private readonly Linear expand, project;
    private readonly LayerScale scale;

    /// <param name="width">Channels.</param>
    /// <param name="taps">Frames that are mixed; odd.</param>
    /// <param name="hidden">Channels between the two linear layers.</param>
    /// <param name="firstScale">Gain of the branch before training.</param>
    public ConvNeXtBlock(int width, int taps, int hidden, double firstScale) : base(nameof(ConvNeXtBlock))
    {
        depthwise = new ConvolutionWeights(width, 1, taps);
        norm = LayerNorm(width);
        expand = WeightInit.NormalWithZeroBias(Linear(width, hidden));
        project = WeightInit.NormalWithZeroBias(Linear(hidden, width));
        scale = new LayerScale(width, firstScale);
        RegisterComponents();
    }

    /// <summary>(batch, frames, width) → the same shape; zeros beyond both ends.</summary>
    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        var y = DepthwiseConvolution.Apply(x, depthwise.Weight, depthwise.Bias, rows: 1, causal: false);
        y = project.call(functional.gelu(expand.call(norm.call(y))));
        return x.Plus(this.scale.call(y)).MoveToOuterDisposeScope();
    }
}
