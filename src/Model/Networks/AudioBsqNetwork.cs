using AudioBsq.Native;
using AudioBsq.Quantization;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace AudioBsq.Networks;

/// <summary>
/// The whole network: mel → latents → codes → mel. Start reading here. Positions are patches in raster order, time first:
/// <c>position = step × PatchesPerStep + row</c>. Field names in this folder are the reference's checkpoint keys.
/// </summary>
internal sealed class AudioBsqNetwork : Module
{
    private readonly Encoder encoder;
    private readonly Decoder decoder;
    private readonly Quantizer quantize;
    private readonly Linear quant_embed, post_quant_embed;
    private readonly NetworkShapes _shapes;
    private readonly LevelScale _levels;

    /// <summary>A network with random weights, from torch's global generator.</summary>
    public AudioBsqNetwork(AudioBsqOptions options) : base(nameof(AudioBsqNetwork))
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        TorchLibrary.EnsureLoaded();
        (Options, _shapes, _levels) = (options, new NetworkShapes(options), new LevelScale(options));
        encoder = new Encoder(options);
        decoder = new Decoder(options);
        quantize = Quantization.Quantizer.Of(options.Quantizer, options.Compatibility);
        quant_embed = WeightInit.Default(options.Encoder.Width, options.Quantizer.Dimension);
        post_quant_embed = WeightInit.Default(options.Quantizer.Dimension, options.EffectiveDecoder.Width);
        RegisterComponents();
    }

    /// <summary>The options that the network was built from.</summary>
    public AudioBsqOptions Options { get; }

    /// <summary>Latents to codes and tokens.</summary>
    public Quantizer Quantizer => quantize;

    /// <summary>Patches to features.</summary>
    public Encoder EncoderBlocks => encoder;

    /// <summary>The decoder's last matrix.</summary>
    public Parameter LastWeight => decoder.LastWeight;

    /// <summary>Activation checkpointing in training; null to keep all activations.</summary>
    public ActivationCheckpointing? Checkpointing
    {
        get => encoder.Stack.Checkpointing;
        set => encoder.Stack.Checkpointing = decoder.Stack.Checkpointing = value;
    }

    /// <inheritdoc cref="LevelScale.Scale"/>
    public Tensor Scale(Tensor levels) => _levels.Scale(levels);

    /// <inheritdoc cref="LevelScale.Unscale"/>
    public Tensor Unscale(Tensor x, bool clamp) => _levels.Unscale(x, clamp);

    /// <summary>
    /// (batch, frames, bands × InputScales) in network units →
    /// latents (batch, positions, dimension), on the unit sphere if the options ask for that.
    /// </summary>
    /// <param name="x">Frames are a multiple of PatchFrames, and with a learned position table at most WindowFrames.</param>
    /// <param name="valid">(batch, frames / PatchFrames), true for valid steps; null when all are.</param>
    /// <param name="cache">
    /// Caches of earlier steps of the same clip, to which these steps are added; null for a whole clip or window.
    /// </param>
    public Tensor Encode(Tensor x, Tensor? valid, CausalCache? cache = null)
    {
        using var scope = NewDisposeScope();
        var features = Features(x, valid, cache, Options.Encoder.Layers);
        var latents = RowLinear.InUse
            ? RowLinear.Apply(features, quant_embed.weight!, quant_embed.bias)
            : quant_embed.call(features);
        if (Options.Quantizer.ProjectsToSphere) latents = functional.normalize(latents, dim: -1);
        return latents.MoveToOuterDisposeScope();
    }

    /// <summary>
    /// The same up to a block of the encoder, counted from 1: its features (batch, positions, width). Latents are made of those of the last
    /// block.
    /// </summary>
    public Tensor Features(Tensor x, Tensor? valid, CausalCache? cache, int layer)
    {
        using var scope = NewDisposeScope();
        _shapes.CheckFrames(x, valid);
        long steps = x.shape[1] / Options.PatchFrames;
        var features = encoder.Run(Patches.Split(x, Options), MaskOf(Options.Encoder, steps, valid, x, cache), cache, layer);
        cache?.Advance(steps);
        return features.MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Codes (batch, positions, dimension) → (batch, frames, bands) in network units. Levels are clamped only in training with
    /// <see cref="Compatibility.ClampInTraining"/>. For <paramref name="valid"/> and <paramref name="cache"/> see <see cref="Encode"/>.
    /// </summary>
    public Tensor Decode(Tensor codes, Tensor? valid, CausalCache? cache = null)
    {
        using var scope = NewDisposeScope();
        return DecodeWithFeatures(codes, valid, cache).Mel.MoveToOuterDisposeScope();
    }

    /// <summary>The same with the decoder's last features (batch, positions, inputs of its last matrix).</summary>
    public (Tensor Mel, Tensor Features) DecodeWithFeatures(Tensor codes, Tensor? valid, CausalCache? cache = null)
    {
        using var scope = NewDisposeScope();
        _shapes.CheckCodes(codes, valid);
        long steps = codes.shape[1] / Options.PatchesPerStep;
        var embedded = post_quant_embed.call(codes);
        var features = decoder.LastFeatures(embedded, MaskOf(Options.EffectiveDecoder, steps, valid, codes, cache), cache);
        cache?.Advance(steps);
        var x = Patches.Join(decoder.PatchesOf(features, embedded.dtype), Options);
        if (training && Options.Compatibility.ClampInTraining) x = Scale(Unscale(x, clamp: true));
        return (x.MoveToOuterDisposeScope(), features.MoveToOuterDisposeScope());
    }

    /// <summary>Makes one half, for training, compute as in inference and have no gradients, or undoes that.</summary>
    public void Freeze(ModelParts half, bool frozen)
    {
        nn.Module[] modules = half == ModelParts.Encoder ? [encoder, quant_embed] : [decoder, post_quant_embed];
        foreach (var module in modules)
        {
            module.train(!frozen);
            foreach (var parameter in module.parameters()) parameter.requires_grad_(!frozen);
        }
    }

    private PositionMask MaskOf(NetworkOptions network, long steps, Tensor? valid, Tensor like, CausalCache? cache) =>
        PositionMask.Of(network, Options, steps, Options.Compatibility.PaddingTakesPart ? null : valid, like, cache);
}
