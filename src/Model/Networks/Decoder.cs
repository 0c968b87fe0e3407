using TorchSharp.Modules;
using static AudioBsq.Native.Scalars;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace AudioBsq.Networks;

/// <summary>Features to patches.</summary>
internal sealed class Decoder : Module<Tensor, PositionMask, CausalCache?, Tensor>
{
    private readonly Parameter positional_embedding;
    private readonly Sequential? ffn;
    private readonly Linear conv_out;
    private readonly LayerNorm? ln_pre, ln_post;
    private readonly TransformerStack transformer;
    private readonly bool _everyPosition;

    public Decoder(AudioBsqOptions options) : base(nameof(Decoder))
    {
        var network = options.EffectiveDecoder;
        _everyPosition = options.Compatibility.LearnedPositions;
        positional_embedding = WeightInit.NormalParameter(options.PositionVectors, network.Width);
        if (network.HeadWidth is { } width) ffn = Sequential(WeightInit.Normal(network.Width, width), Tanh());
        conv_out = WeightInit.Normal(network.HeadWidth ?? network.Width, options.PatchFrames * options.PatchBands);
        if (network.PreNorm) ln_pre = LayerNorm(network.Width);
        transformer = new TransformerStack(network, options);
        if (network.PostNorm) ln_post = LayerNorm(network.Width);
        RegisterComponents();
    }

    public TransformerStack Stack => transformer;

    /// <summary>(PatchFrames × PatchBands, inputs)</summary>
    public Parameter LastWeight => conv_out.weight!;

    /// <summary>(batch, positions, width) → (batch, positions, PatchFrames × PatchBands)</summary>
    public override Tensor forward(Tensor features, PositionMask mask, CausalCache? cache)
    {
        using var scope = NewDisposeScope();
        return PatchesOf(LastFeatures(features, mask, cache), features.dtype).MoveToOuterDisposeScope();
    }

    /// <summary>(batch, positions, width) → the features (batch, positions, inputs) of which the last matrix makes patches.</summary>
    public Tensor LastFeatures(Tensor features, PositionMask mask, CausalCache? cache)
    {
        using var scope = NewDisposeScope();
        var x = features.Plus(Positions.Vectors(positional_embedding, features.shape[1], _everyPosition));
        if (ln_pre is not null) x = ln_pre.call(x);
        x = transformer.call(x, mask, cache);
        if (ln_post is not null) x = ln_post.call(x);
        if (ffn is not null) x = ComputeType.Linear(x, (Linear)ffn[0]).tanh();
        return x.MoveToOuterDisposeScope();
    }

    /// <summary>Last features → (batch, positions, PatchFrames × PatchBands)</summary>
    public Tensor PatchesOf(Tensor lastFeatures, ScalarType type)
    {
        using var scope = NewDisposeScope();
        return ComputeType.Linear(lastFeatures, conv_out).to(type).MoveToOuterDisposeScope();
    }
}
