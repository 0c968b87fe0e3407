using AudioBsq.Native;
using AudioBsq.Quantization;
using TorchSharp.Modules;
using static AudioBsq.Native.Numbers;
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

    /// <summary>A network with fresh weights, drawn from torch's global generator.</summary>
    public AudioBsqNetwork(AudioBsqOptions options) : base(nameof(AudioBsqNetwork))
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        TorchLibrary.EnsureLoaded();
        Options = options;
        encoder = new Encoder(options);
        decoder = new Decoder(options);
        quantize = Quantization.Quantizer.Of(options.Quantizer, options.Compatibility);
        quant_embed = Linear(options.Encoder.Width, options.Quantizer.Dimension);
        post_quant_embed = Linear(options.Quantizer.Dimension, options.EffectiveDecoder.Width);
        RegisterComponents();
    }

    /// <summary>What the network was made from.</summary>
    public AudioBsqOptions Options { get; }

    /// <summary>The decoder's last matrix.</summary>
    public Parameter LastWeight => decoder.LastWeight;

    /// <summary>If set, training keeps less for the backward pass and computes more.</summary>
    public ActivationMemory? Memory
    {
        get => encoder.Stack.Memory;
        set => encoder.Stack.Memory = decoder.Stack.Memory = value;
    }

    /// <summary>Latents to codes and tokens.</summary>
    public Quantizer Quantizer => quantize;

    /// <summary>Levels in the mel column's unit → network units: MinLevel … MaxLevel becomes −1 … 1.</summary>
    public Tensor Scale(Tensor mel)
    {
        using var scope = NewDisposeScope();
        if (Options.Compatibility.UnscaledInput) return mel.alias().MoveToOuterDisposeScope();
        double span = (double)Options.MaxLevel - Options.MinLevel;
        return ((mel - Number(Options.MinLevel)) * Number(2 / span) - One).MoveToOuterDisposeScope();
    }

    /// <summary>Network units → levels, held between MinLevel and MaxLevel if <paramref name="clamp"/>.</summary>
    public Tensor Unscale(Tensor x, bool clamp)
    {
        using var scope = NewDisposeScope();
        double span = (double)Options.MaxLevel - Options.MinLevel;
        var levels = Options.Compatibility.UnscaledInput ? x.alias() : (x.Plus(One) * Number(span / 2)).Plus(Number(Options.MinLevel));
        if (clamp) levels = levels.clamp(Number(Options.MinLevel), Number(Options.MaxLevel));
        return levels.MoveToOuterDisposeScope();
    }

    /// <summary>
    /// (batch, frames, bands) in network units → latents (batch, positions, dimension), on the unit sphere if the options say so.
    /// Frames are a multiple of PatchFrames, and with a learned position table at most WindowFrames. <paramref name="valid"/> (batch, frames /
    /// PatchFrames) is true for real steps; all are where it is null. With a <paramref name="past"/>, which takes the steps up, they go on from it.
    /// </summary>
    public Tensor Encode(Tensor x, Tensor? valid, Past? past = null)
    {
        using var scope = NewDisposeScope();
        CheckFrames(x, valid);
        var features = encoder.call(Patches.Split(x, Options), MaskOf(Options.Encoder, Steps(x), valid, x, past), past);
        past?.Advance(Steps(x));
        var latents = quant_embed.call(features);
        if (Options.Quantizer.ProjectsToSphere) latents = functional.normalize(latents, dim: -1);
        return latents.MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Codes (batch, positions, dimension) → (batch, frames, bands) in network units. Not clamped, but in training with
    /// <see cref="Compatibility.ClampInTraining"/>. <paramref name="valid"/> and <paramref name="past"/> are as for <see cref="Encode"/>.
    /// </summary>
    public Tensor Decode(Tensor codes, Tensor? valid, Past? past = null)
    {
        using var scope = NewDisposeScope();
        CheckPositions(codes, valid);
        long steps = codes.shape[1] / Options.PatchesPerStep;
        var patches = decoder.call(post_quant_embed.call(codes), MaskOf(Options.EffectiveDecoder, steps, valid, codes, past), past);
        past?.Advance(steps);
        var x = Patches.Join(patches, Options);
        if (training && Options.Compatibility.ClampInTraining) x = Scale(Unscale(x, clamp: true));
        return x.MoveToOuterDisposeScope();
    }

    private PositionMask MaskOf(NetworkOptions network, long steps, Tensor? valid, Tensor like, Past? past) =>
        PositionMask.Of(network, Options, steps, Options.Compatibility.PaddingTakesPart ? null : valid, like, past);

    private long MostSteps => Options.Compatibility.LearnedPositions ? Options.WindowSteps : int.MaxValue;

    private long Steps(Tensor x) => x.shape[1] / Options.PatchFrames;

    private void CheckFrames(Tensor x, Tensor? valid)
    {
        if (x.dim() != 3 || x.shape[2] != Options.Bands || x.shape[1] == 0 || x.shape[1] % Options.PatchFrames != 0 || Steps(x) > MostSteps)
        {
            throw new ArgumentException(
                $"x has shape ({string.Join(", ", x.shape)}); it must be (batch, frames, {Options.Bands}) with frames a multiple of {Options.PatchFrames} up to {MostSteps * Options.PatchFrames}.", nameof(x));
        }

        CheckValid(valid, x.shape[0], Steps(x));
    }

    private void CheckPositions(Tensor codes, Tensor? valid)
    {
        int perStep = Options.PatchesPerStep;
        if (codes.dim() != 3 || codes.shape[2] != quantize.Dimension || codes.shape[1] == 0 || codes.shape[1] % perStep != 0 || codes.shape[1] / perStep > MostSteps)
        {
            throw new ArgumentException(
                $"codes have shape ({string.Join(", ", codes.shape)}); it must be (batch, positions, {quantize.Dimension}) with positions a multiple of {perStep} up to {MostSteps * perStep}.", nameof(codes));
        }

        CheckValid(valid, codes.shape[0], codes.shape[1] / perStep);
    }

    private static void CheckValid(Tensor? valid, long batch, long steps)
    {
        if (valid is not null && (valid.dtype != ScalarType.Bool || !valid.shape.AsSpan().SequenceEqual([batch, steps])))
            throw new ArgumentException($"valid is {valid.dtype} ({string.Join(", ", valid.shape)}); it must be Bool ({batch}, {steps}).", nameof(valid));
    }
}
