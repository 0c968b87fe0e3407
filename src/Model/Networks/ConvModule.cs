using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace AudioBsq.Networks;

/// <summary>
/// The Conformer's convolution module (Gulati et al. 2020, section 2.2): gate, depthwise convolution along time, normalise, mix channels.
/// Each row of patches is convolved by itself. Padding and masked patches are zeros to it.
/// </summary>
internal sealed class ConvModule : Module<Tensor, PositionMask, BlockCache?, Tensor>
{
    private readonly LayerNorm layer_norm;
    private readonly ConvolutionWeights pointwise_conv1, depthwise_conv, pointwise_conv2;
    private readonly MaskedBatchNorm batch_norm;
    private readonly double _dropout;
    private readonly int _rows;
    private readonly bool _causal;
    private readonly long _cachedPositions;

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
        _cachedPositions = (long)(network.ConvKernelSize - 1) * _rows;
        RegisterComponents();
    }

    /// <summary>
    /// (batch, positions, width) → (batch, positions, width), which follow the steps in the convolution <paramref name="cache"/>, if any.
    /// </summary>
    public override Tensor forward(Tensor x, PositionMask mask, BlockCache? cache)
    {
        using var scope = NewDisposeScope();
        x = functional.glu(Pointwise(layer_norm.call(x), pointwise_conv1), dim: -1);
        if (mask.Valid is not null) x = x * mask.Valid;
        x = x.to(depthwise_conv.Weight.dtype);
        if (mask.Visible is not null) x = mask.Visible.Scatter(x);
        var (weight, bias) = (depthwise_conv.Weight, depthwise_conv.Bias);
        x = cache is null
            ? DepthwiseConvolution.Apply(x, weight, bias, _rows, _causal)
            : DepthwiseConvolution.Apply(cache.AppendConvolutionInputs(x, _cachedPositions), weight, bias, _rows, before: 0, after: 0);
        if (mask.Visible is not null) x = mask.Visible.Gather(x);
        x = Pointwise(functional.silu(batch_norm.call(x, mask.Valid)), pointwise_conv2);
        if (training && _dropout > 0) x = functional.dropout(x, _dropout);
        return x.MoveToOuterDisposeScope();
    }

    // A convolution with one tap is a linear layer, and channels come last here.
    private static Tensor Pointwise(Tensor x, ConvolutionWeights convolution) =>
        ComputeType.Linear(x, convolution.Weight.squeeze(2), convolution.Bias);
}
