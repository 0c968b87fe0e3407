using AudioBsq.Distributed;
using AudioBsq.Native;
using AudioBsq.Networks;
using AudioBsq.Signal;
using TorchSharp.Modules;
using static AudioBsq.Native.Scalars;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace AudioBsq.Vocoding;

/// <summary>
/// Mel → spectrum of the waveform, at the mel's frame rate (Vocos; Siuzdak 2023, section 3): a convolution, ConvNeXt blocks, and a head for
/// magnitude and phase. The head corrects an initial magnitude, and gives the phase as the direction of two outputs (the parallel phase
/// estimation of Ai and Ling 2023, "APNet", section III-A), which needs no unwrapping.
/// </summary>
internal sealed class VocoderNetwork : Module
{
    /// <summary>In nepers: the exponential stays finite.</summary>
    public const float MaxCorrection = 12;

    /// <summary>The logarithm of a magnitude that nobody hears, and finite.</summary>
    public const float SilentLogMagnitude = -40;

    /// <summary>Keeps the direction of two outputs defined.</summary>
    public const float Tiny = 1e-6f;

    private readonly ConvolutionWeights embed;
    private readonly LayerNorm embed_norm, final_norm;
    private readonly ModuleList<ConvNeXtBlock> blocks;
    private readonly Linear head;
    private readonly double _silence;
    private readonly long _bins;
    private readonly int _before, _after;

    /// <summary>A network with random weights, from torch's global generator.</summary>
    public VocoderNetwork(VocoderOptions options, MelOptions mel) : base(nameof(VocoderNetwork))
    {
        options.Validate(mel);
        TorchLibrary.EnsureLoaded();
        (_bins, _silence) = (mel.FftLength / 2 + 1, SilenceOf(mel));
        (_before, _after) = options.Reach(0);
        embed = new ConvolutionWeights(options.Width, mel.Bands, options.Kernel);
        embed_norm = LayerNorm(options.Width);
        blocks = [.. Enumerable.Range(1, options.Layers).Select(options.Reach)
            .Select(reach => new ConvNeXtBlock(options.Width, reach.Before, reach.After, options.HiddenWidth, 1.0 / options.Layers))];
        final_norm = LayerNorm(options.Width);
        head = WeightInit.NormalWithZeroBias(options.Width, 3 * _bins);
        RegisterComponents();
    }

    /// <summary>The initial log magnitude at and below which a bin is silent.</summary>
    public static double SilenceOf(MelOptions mel) => Math.Log(VocoderInput.MinMagnitude(mel)) + 1e-3;

    /// <summary>
    /// Names and shapes of all weights, by arithmetic alone: they are compared with a file's header before memory is allocated.
    /// </summary>
    public static IEnumerable<(string Name, long[] Shape)> Layout(VocoderOptions options, MelOptions mel)
    {
        long width = options.Width, bins = mel.FftLength / 2 + 1;
        yield return ("embed.weight", [width, mel.Bands, options.Kernel]);
        yield return ("embed.bias", [width]);
        for (int i = 0; i < options.Layers; i++)
        {
            string block = $"blocks.{i}";
            yield return ($"{block}.depthwise.weight", [width, 1, options.Kernel]);
            yield return ($"{block}.depthwise.bias", [width]);
            yield return ($"{block}.norm.weight", [width]);
            yield return ($"{block}.norm.bias", [width]);
            yield return ($"{block}.expand.weight", [options.HiddenWidth, width]);
            yield return ($"{block}.expand.bias", [options.HiddenWidth]);
            yield return ($"{block}.project.weight", [width, options.HiddenWidth]);
            yield return ($"{block}.project.bias", [width]);
            yield return ($"{block}.scale.gamma", [width]);
        }

        foreach (string norm in new[] { "embed_norm", "final_norm" })
        {
            yield return ($"{norm}.weight", [width]);
            yield return ($"{norm}.bias", [width]);
        }

        yield return ("head.weight", [3 * bins, width]);
        yield return ("head.bias", [3 * bins]);
    }

    /// <summary>
    /// Takes the weights of a network of the same sizes. Where that looks ahead further or less, convolutions keep the taps at the frames
    /// that both see.
    /// </summary>
    public void CopyFrom(VocoderNetwork other)
    {
        using var noGradients = no_grad();
        load_state_dict(other.state_dict());
        ConvolutionWeights.CopyTaps(other.embed.Weight, embed.Weight, later: _before - other._before);
        foreach (var (ours, theirs) in blocks.Zip(other.blocks)) ours.CopyTaps(theirs);
    }

    /// <param name="mel">(batch, frames, bands), scaled by <see cref="VocoderInput"/>.</param>
    /// <param name="logMagnitude">Initial log magnitude of the spectrum, (batch, frames, bins).</param>
    public VocoderSpectrum Predict(Tensor mel, Tensor logMagnitude)
    {
        using var scope = NewDisposeScope();
        var x = Embed(mel);
        foreach (var block in blocks) x = block.call(RankGroup.Current.Gradients.Mark(x, block));
        return Head(x, logMagnitude).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Adds the next frames of a clip. Returns the spectrum of the frames that no later frame can change, from where the last call ended,
    /// or null if there are none yet. All calls together give what <see cref="Predict"/> gives for the whole clip, except for rounding.
    /// </summary>
    /// <param name="mel">
    /// (1, frames, bands), as for <see cref="Predict"/>. The last call may add no frames, but the clip must have some.
    /// </param>
    /// <param name="logMagnitude">(1, frames, bins)</param>
    /// <param name="cache">The clip's caches.</param>
    /// <param name="last">Whether the clip ends with these frames.</param>
    public VocoderSpectrum? Continue(Tensor mel, Tensor logMagnitude, VocoderCache cache, bool last)
    {
        using var scope = NewDisposeScope();
        var magnitudes = cache.InitialMagnitudes.Append(logMagnitude);
        var inputs = cache.Convolution(0).Append(mel);
        if (last) inputs = functional.pad(inputs, [0, 0, 0, _after]);
        var x = inputs.shape[1] > _before + _after ? EmbedPiece(inputs) : null;
        for (int i = 0; i < blocks.Count && x is not null; i++) x = blocks[i].Continue(x, cache.Convolution(i + 1), last);
        return x is null ? null : Head(x, magnitudes.narrow(1, 0, x.shape[1])).MoveToOuterDisposeScope();
    }

    // (batch, frames, bands) → (batch, frames, width)
    private Tensor Embed(Tensor mel)
    {
        if (!ImageConvolution.FillsVectors(mel.shape[2]) || !ImageConvolution.FillsVectors(embed.Weight.shape[0]))
            return EmbedPiece(functional.pad(mel, [0, 0, _before, _after]));
        long padding = _before;
        if (_before != _after) (mel, padding) = (functional.pad(mel, [0, 0, _before, _after]), 0);
        var embedded = functional.conv1d(mel.transpose(1, 2), embed.Weight, embed.Bias, padding: padding);
        return embed_norm.call(embedded.transpose(1, 2).contiguous());
    }

    // The same without zero padding. For two frames torch's convolution takes 180 µs and this 27; for hundreds both take the same time.
    private Tensor EmbedPiece(Tensor mel)
    {
        var taps = mel.unfold(1, _before + 1 + _after, 1); // (1, frames, bands, taps)
        return embed_norm.call(LinearProduct.Apply(taps.flatten(2), embed.Weight.flatten(1), embed.Bias));
    }

    private VocoderSpectrum Head(Tensor x, Tensor logMagnitude)
    {
        var parts = LinearProduct.Apply(final_norm.call(x), head).split(_bins, dim: 2);
        // What is silent in the mel stays silent.
        var magnitude = logMagnitude.Plus(parts[0].clamp(Scalar(-MaxCorrection), Scalar(MaxCorrection)))
            .masked_fill(logMagnitude.le(Scalar(_silence)), Scalar(SilentLogMagnitude));
        var length = parts[1].Square().Plus(parts[2].Square()).Plus(Scalar(Tiny)).sqrt();
        return new VocoderSpectrum(magnitude.transpose(1, 2), (parts[1] / length).transpose(1, 2), (parts[2] / length).transpose(1, 2));
    }
}
