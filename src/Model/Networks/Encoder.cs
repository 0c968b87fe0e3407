using TorchSharp.Modules;
using static AudioBsq.Native.Scalars;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace AudioBsq.Networks;

/// <summary>Patches to features.</summary>
internal sealed class Encoder : Module<Tensor, PositionMask, CausalCache?, Tensor>
{
    private readonly Parameter positional_embedding;
    private readonly Linear patch_embed;
    private readonly LayerNorm? ln_pre, ln_post;
    private readonly TransformerStack transformer;
    private readonly bool _everyPosition;

    public Encoder(AudioBsqOptions options) : base(nameof(Encoder))
    {
        var network = options.Encoder;
        _everyPosition = options.Compatibility.LearnedPositions;
        positional_embedding = WeightInit.NormalParameter(options.PositionVectors, network.Width);
        patch_embed = WeightInit.Normal(options.InputPatchValues, network.Width, hasBias: !network.PreNorm);
        if (network.PreNorm) ln_pre = LayerNorm(network.Width);
        transformer = new TransformerStack(network, options);
        if (network.PostNorm) ln_post = LayerNorm(network.Width);
        RegisterComponents();
    }

    public TransformerStack Stack => transformer;

    /// <summary>
    /// (batch, positions, values of a patch) → (batch, positions, width), or (batch, visible, width) if the mask has visible
    /// patches.
    /// </summary>
    public override Tensor forward(Tensor patches, PositionMask mask, CausalCache? cache) =>
        Run(patches, mask, cache, transformer.Blocks.Count);

    /// <summary>The features after the first blocks. Those after all of them have gone through the last norm too.</summary>
    public Tensor Run(Tensor patches, PositionMask mask, CausalCache? cache, int blocks)
    {
        using var scope = NewDisposeScope();
        var vectors = Positions.Vectors(positional_embedding, patches.shape[1], _everyPosition);
        if (mask.Visible is { } visible) (patches, vectors) = (visible.Gather(patches), visible.Rows(vectors));
        var x = ComputeType.Linear(patches, patch_embed).Plus(vectors);
        if (ln_pre is not null) x = ln_pre.call(x);
        if (blocks > 0) x = transformer.Run(x, mask, cache, blocks);
        if (ln_post is not null && blocks == transformer.Blocks.Count) x = ln_post.call(x);
        return x.MoveToOuterDisposeScope();
    }
}
