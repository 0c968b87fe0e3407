using AudioBsq.Networks;
using TorchSharp.Modules;
using static AudioBsq.Native.Scalars;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace AudioBsq.Vocoding;

/// <summary>
/// A ConvNeXt block (Liu et al. 2022, "A ConvNet for the 2020s", section 2.6; in one dimension as in Siuzdak 2023): a depthwise convolution
/// along time, then two linear layers on each frame.
/// </summary>
internal sealed class ConvNeXtBlock : Module<Tensor, Tensor>
{
    private readonly ConvolutionWeights depthwise;
    private readonly LayerNorm norm;
    private readonly Linear expand, project;
    private readonly LayerScale scale;
    private readonly int _before, _after;

    /// <param name="width">Channels.</param>
    /// <param name="before">Taps of the convolution before a frame.</param>
    /// <param name="after">Taps after it.</param>
    /// <param name="hidden">Channels between the two linear layers.</param>
    /// <param name="firstScale">Initial gain of the branch.</param>
    public ConvNeXtBlock(int width, int before, int after, int hidden, double firstScale) : base(nameof(ConvNeXtBlock))
    {
        (_before, _after) = (before, after);
        depthwise = new ConvolutionWeights(width, 1, before + 1 + after);
        norm = LayerNorm(width);
        expand = WeightInit.NormalWithZeroBias(width, hidden);
        project = WeightInit.NormalWithZeroBias(hidden, width);
        scale = new LayerScale(width, firstScale);
        RegisterComponents();
    }

    /// <summary>(batch, frames, width) → the same shape, with zeros beyond both ends.</summary>
    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        var y = DepthwiseConvolution.Apply(x, depthwise.Weight, depthwise.Bias, rows: 1, _before, _after);
        return AddBranch(x, y).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Adds the next frames (1, frames, width) of a clip. Returns the results that no later frame can change, from where the last call
    /// ended, or null if there are none yet. All calls together give what <see cref="forward"/> gives for the whole clip.
    /// </summary>
    /// <param name="x">(1, frames, width)</param>
    /// <param name="cache">
    /// The cache of this block's inputs, which starts with as many zeros as the convolution has taps before a frame.
    /// </param>
    /// <param name="last">Whether the clip ends with these frames.</param>
    public Tensor? Continue(Tensor x, ConvolutionCache cache, bool last)
    {
        using var scope = NewDisposeScope();
        var inputs = cache.Append(x);
        if (last) inputs = functional.pad(inputs, [0, 0, 0, _after]);
        long ready = inputs.shape[1] - _before - _after;
        if (ready <= 0) return null;
        var y = DepthwiseConvolution.Apply(inputs, depthwise.Weight, depthwise.Bias, rows: 1, before: 0, after: 0);
        return AddBranch(inputs.narrow(1, _before, ready), y).MoveToOuterDisposeScope();
    }

    /// <summary>Takes the other block's taps at the frames that both see.</summary>
    public void CopyTaps(ConvNeXtBlock from) =>
        ConvolutionWeights.CopyTaps(from.depthwise.Weight, depthwise.Weight, later: _before - from._before);

    // The residual sum, where y is the depthwise convolution of x.
    private Tensor AddBranch(Tensor x, Tensor y)
    {
        var hidden = functional.gelu(LinearProduct.Apply(norm.call(y), expand));
        return x.Plus(scale.call(LinearProduct.Apply(hidden, project)));
    }
}
