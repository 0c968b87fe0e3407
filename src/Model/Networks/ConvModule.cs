using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace AudioBsq.Networks;

/// <summary>
/// The Conformer's convolution module (Gulati et al. 2020, section 2.2): gate, mix neighbours channel by channel, normalise, mix channels.
/// Neighbours are those in time, each row of patches by itself.
/// </summary>
internal sealed class ConvModule : Module<Tensor, LayerNorm, PositionMask, BlockPast?, Tensor>
{
    private readonly LayerNorm layer_norm;
    private readonly ConvolutionWeights pointwise_conv1, depthwise_conv, pointwise_conv2;
    private readonly MaskedBatchNorm batch_norm;
    private readonly double _dropout;
    private readonly int _rows;
    private readonly bool _causal;
    private readonly long _pastPositions;

    public ConvModule(NetworkOptions network, AudioBsqOptions options) : base(nameof(ConvModule))
    {
        (int width, var compatibility) = (network.Width, options.Compatibility);
        layer_norm = LayerNorm(width);
        if (compatibility.NoisyConvNormGain) WeightInit.Fill(layer_norm.weight!);
        pointwise_conv1 = new ConvolutionWeights(2 * width, width, taps: 1);
        depthwise_conv = new ConvolutionWeights(width, 1, network.ConvKernelSize);
        batch_norm = new MaskedBatchNorm(width);
        pointwise_conv2 = new ConvolutionWeights(width, width, taps: 1);
        _dropout = network.Dropout;
        _rows = compatibility.RasterConvolution ? 1 : options.PatchesPerStep;
        _causal = network.Mask != AttentionMask.None && !compatibility.LeakyCausalConvolution;
        _pastPositions = (long)(network.ConvKernelSize - 1) * _rows;
        RegisterComponents();
    }

    /// <summary>(batch, positions, width) → (batch, positions, width), with <paramref name="norm"/> before it, as what follows <paramref name="past"/>.</summary>
    public override Tensor forward(Tensor x, LayerNorm norm, PositionMask mask, BlockPast? past)
    {
        using var scope = NewDisposeScope();
        x = functional.glu(Pointwise(x, (y, _) => layer_norm.call(norm.call(y)), pointwise_conv1), dim: -1);
        if (mask.Real is not null) x = x * mask.Real;
        x = x.to(depthwise_conv.Weight.dtype);
        x = past is null
            ? DepthwiseConvolution.Apply(x, depthwise_conv.Weight, depthwise_conv.Bias, _rows, _causal)
            : DepthwiseConvolution.Apply(past.Convolve(x, _pastPositions), depthwise_conv.Weight, depthwise_conv.Bias, _rows, before: 0, after: 0);
        x = Pointwise(x, (y, real) => functional.silu(batch_norm.call(y, real)), pointwise_conv2, mask.Real);
        if (training && _dropout > 0) x = functional.dropout(x, _dropout);
        return x.MoveToOuterDisposeScope();
    }

    // A convolution with one tap is a linear layer, and channels come last here.
    private static Tensor Pointwise(Tensor x, CheapLayer before, ConvolutionWeights convolution, Tensor? real = null) =>
        SelectiveMemory.Linear(x, before, convolution.Weight.squeeze(2), convolution.Bias, real);
}
