using AudioBsq.Networks;
using TorchSharp.Modules;
using static AudioBsq.Native.Numbers;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace AudioBsq.Vocoding;

/// <summary>
/// A ConvNeXt block (Liu et al. 2022, "A ConvNet for the 2020s", section 2.6; in one dimension as Siuzdak 2023 has it): a depthwise convolution along
/// time, then two linear layers on each frame.
/// </summary>
internal sealed class ConvNeXtBlock : Module<Tensor, Tensor>
{
    private readonly ConvolutionWeights depthwise;
    private readonly LayerNorm norm;
    private readonly Linear expand, project;
    private readonly LayerScale scale;
    private readonly int _before, _after;

    /// <param name="width">Channels.</param>
    /// <param name="before">Frames before a frame that are mixed into it.</param>
    /// <param name="after">Frames after it that are.</param>
    /// <param name="hidden">Channels between the two linear layers.</param>
    /// <param name="firstScale">Gain of the branch before training.</param>
    public ConvNeXtBlock(int width, int before, int after, int hidden, double firstScale) : base(nameof(ConvNeXtBlock))
    {
        (_before, _after) = (before, after);
        depthwise = new ConvolutionWeights(width, 1, before + 1 + after);
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
        return AddBranch(x, DepthwiseConvolution.Apply(x, depthwise.Weight, depthwise.Bias, rows: 1, _before, _after)).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// The next frames of a clip, (1, frames, width) → those that no later frame can change, from where the last call ended; null where there are
    /// none yet. Together they are what <see cref="forward"/> makes of the whole clip.
    /// </summary>
    /// <param name="x">Frames.</param>
    /// <param name="cache">Of this block's input, begun with as many zeros as it sees frames before a frame.</param>
    /// <param name="last">No frames follow.</param>
    public Tensor? Continue(Tensor x, ConvolutionCache cache, bool last)
    {
        using var scope = NewDisposeScope();
        var seen = cache.Append(x);
        if (last) seen = functional.pad(seen, [0, 0, 0, _after]);
        long ready = seen.shape[1] - _before - _after;
        if (ready <= 0) return null;
        var y = DepthwiseConvolution.Apply(seen, depthwise.Weight, depthwise.Bias, rows: 1, before: 0, after: 0);
        return AddBranch(seen.narrow(1, _before, ready), y).MoveToOuterDisposeScope();
    }

    // x + the rest of the block, for y the depthwise convolution of x.
    private Tensor AddBranch(Tensor x, Tensor y) => x.Plus(scale.call(project.call(functional.gelu(expand.call(norm.call(y))))));
}
