using TorchSharp.Modules;
using static AudioBsq.Native.Scalars;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace AudioBsq.Networks;

/// <summary>
/// One pre-norm transformer block: self-attention, a convolution module if the options ask for it, and a feed-forward network.
/// </summary>
internal sealed class TransformerBlock : Module<Tensor, PositionMask, BlockCache?, Tensor>
{
    private readonly LayerNorm ln_1, ln_2;
    private readonly LayerNorm? ln_conv;
    private readonly SelfAttention attn;
    private readonly ConvModule? conv_module;
    private readonly FeedForward mlp;
    private readonly LayerScale? ls_1, ls_conv, ls_2;
    private readonly double _dropPath;
    private readonly bool _dropPositions;

    public TransformerBlock(NetworkOptions network, AudioBsqOptions options) : base(nameof(TransformerBlock))
    {
        (_dropPath, _dropPositions) = (network.DropPath, options.Compatibility.SequenceDropPath);
        (ln_1, attn, ls_1) = (LayerNorm(network.Width), new SelfAttention(network, options), Gain(network));
        if (network.UseConvModule)
            (ln_conv, conv_module, ls_conv) = (LayerNorm(network.Width), new ConvModule(network, options), Gain(network));
        (ln_2, mlp, ls_2) = (LayerNorm(network.Width), new FeedForward(network), Gain(network));
        RegisterComponents();
    }

    /// <summary>
    /// (batch, positions, width) → (batch, positions, width), which follow the steps in the <paramref name="cache"/>, if any.
    /// </summary>
    public override Tensor forward(Tensor x, PositionMask mask, BlockCache? cache)
    {
        using var scope = NewDisposeScope();
        x = x.Plus(Branch(attn.call(ln_1.call(x), mask, cache), ls_1));
        if (conv_module is not null) x = x.Plus(Branch(conv_module.call(ln_conv!.call(x), mask, cache), ls_conv));
        x = x.Plus(Branch(mlp.call(ln_2.call(x)), ls_2));
        return x.MoveToOuterDisposeScope();
    }

    /// <summary>The same without a cache; <paramref name="seed"/> seeds torch's random numbers first, if it is not null.</summary>
    public Tensor Run(Tensor x, PositionMask mask, int? seed)
    {
        if (seed is { } start) random.manual_seed(start);
        return call(x, mask, null);
    }

    private static LayerScale? Gain(NetworkOptions network) =>
        network.LayerScale is { } value ? new LayerScale(network.Width, value) : null;

    private Tensor Branch(Tensor branch, LayerScale? gain)
    {
        if (gain is not null) branch = gain.call(branch);
        return training && _dropPath > 0 ? StochasticDepth(branch) : branch;
    }

    // Huang et al. 2016: a dropped branch adds nothing; kept ones are scaled so that the mean stays the same.
    private Tensor StochasticDepth(Tensor branch)
    {
        double keep = 1 - _dropPath;
        long[] shape = _dropPositions ? [1, branch.shape[1], 1] : [branch.shape[0], 1, 1];
        return branch * empty(shape, branch.dtype, branch.device).bernoulli_(keep) / Scalar(keep);
    }
}
