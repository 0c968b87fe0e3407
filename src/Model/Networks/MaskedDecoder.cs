using TorchSharp.Modules;
using static AudioBsq.Native.Scalars;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace AudioBsq.Networks;

/// <summary>Features of visible patches to guesses of all patches.</summary>
internal sealed class MaskedDecoder : Module<Tensor, VisiblePatches, Tensor?, Tensor>
{
    private readonly Linear embed, output;
    private readonly Parameter mask_token, positional_embedding;
    private readonly TransformerStack transformer;
    private readonly LayerNorm ln_post;
    private readonly AudioBsqOptions _model;
    private readonly MaskedDecoderOptions _options;

    public MaskedDecoder(AudioBsqOptions model, MaskedDecoderOptions options) : base(nameof(MaskedDecoder))
    {
        (_model, _options) = (model, options);
        var network = options.Network;
        embed = WeightInit.NormalWithZeroBias(model.Encoder.Width, network.Width);
        mask_token = WeightInit.NormalParameter(network.Width);
        positional_embedding = WeightInit.NormalParameter(model.PositionVectors, network.Width);
        transformer = new TransformerStack(network, model);
        ln_post = LayerNorm(network.Width);
        output = WeightInit.NormalWithZeroBias(network.Width, model.InputPatchValues);
        RegisterComponents();
    }

    /// <summary>(batch, visible, width of the encoder) → (batch, positions, values of a patch)</summary>
    public override Tensor forward(Tensor features, VisiblePatches visible, Tensor? valid)
    {
        using var scope = NewDisposeScope();
        var seen = ComputeType.Linear(features, embed).to(features.dtype);
        var gaps = mask_token.expand(seen.shape[0], visible.Positions, seen.shape[2]);
        var x = visible.Scatter(seen, gaps)
            .Plus(Positions.Vectors(positional_embedding, visible.Positions, _model.Compatibility.LearnedPositions));
        x = ln_post.call(transformer.call(x, MaskFor(x, valid), null));
        return ComputeType.Linear(x, output).to(features.dtype).MoveToOuterDisposeScope();
    }

    private PositionMask MaskFor(Tensor x, Tensor? valid) => PositionMask.Local(
        _options.Network, _model, x.shape[1] / _model.PatchesPerStep, valid, x,
        _options.AttentionFrames / _model.PatchFrames, _options.AttentionBands / _model.PatchBands);
}
