using AudioBsq.Native;
using AudioBsq.Networks;
using AudioBsq.Signal;
using TorchSharp;
using TorchSharp.Modules;
using static AudioBsq.Native.Numbers;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace AudioBsq.Vocoding;

/// <summary>
/// Mel → spectrum of the waveform, at the mel's frame rate (Vocos; Siuzdak 2023, section 3): a convolution, ConvNeXt blocks, and a head for
/// magnitude and phase. The head's magnitude is a correction of a first guess, and its phase the direction of two outputs (the
/// parallel phase estimation of Ai and Ling 2023, "APNet", section III-A), which needs no unwrapping.
/// </summary>
internal sealed class VocoderNetwork : Module
{
    private static readonly Scalar MostCorrection = Number(12), LeastCorrection = Number(-12), Tiny = Number(1e-6); // nepers: the exponential stays finite

    private readonly ConvolutionWeights embed;
    private readonly LayerNorm embed_norm, final_norm;
    private readonly ModuleList<ConvNeXtBlock> blocks;
    private readonly Linear head;
    private readonly long _bins;
    private readonly int _before, _after;

    /// <summary>A network with fresh weights, drawn from torch's global generator.</summary>
    public VocoderNetwork(VocoderOptions options, MelOptions mel) : base(nameof(VocoderNetwork))
    {
        options.Validate(mel);
        TorchLibrary.EnsureLoaded();
        _bins = mel.FftLength / 2 + 1;
        (_before, _after) = options.Reach(0);
        embed = new ConvolutionWeights(options.Width, mel.Bands, options.Kernel);
        embed_norm = LayerNorm(options.Width);
        blocks = [.. Enumerable.Range(1, options.Layers).Select(options.Reach)
            .Select(reach => new ConvNeXtBlock(options.Width, reach.Before, reach.After, options.HiddenWidth, 1.0 / options.Layers))];
        final_norm = LayerNorm(options.Width);
        head = WeightInit.NormalWithZeroBias(Linear(options.Width, 3 * _bins));
        RegisterComponents();
    }

    /// <summary>Names and shapes of all weights, by arithmetic alone: what a file offers is compared with it before memory is asked for.</summary>
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

    /// <param name="mel">(batch, frames, bands), scaled as <see cref="VocoderInput"/> does it.</param>
    /// <param name="logMagnitude">First guess of the spectrum's log magnitude, (batch, frames, bins).</param>
    public VocoderSpectrum Predict(Tensor mel, Tensor logMagnitude)
    {
        using var scope = NewDisposeScope();
        var x = Embed(mel);
        foreach (var block in blocks) x = block.call(x);
        return Draw(x, logMagnitude).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// The next frames of one clip → the spectrum of those that no later frame can change, from where the last call ended; null where there are
    /// none yet. Together they are what <see cref="Predict"/> makes of the whole clip, but for rounding.
    /// </summary>
    /// <param name="mel">(1, frames, bands), as in <see cref="Predict"/>; the last call's may be empty, but not the whole clip.</param>
    /// <param name="logMagnitude">(1, frames, bins)</param>
    /// <param name="cache">The clip's, from call to call.</param>
    /// <param name="last">No frames follow.</param>
    public VocoderSpectrum? Continue(Tensor mel, Tensor logMagnitude, VocoderCache cache, bool last)
    {
        using var scope = NewDisposeScope();
        var guesses = cache.Guesses.Append(logMagnitude);
        var seen = cache.Convolution(0).Append(mel);
        if (last) seen = functional.pad(seen, [0, 0, 0, _after]);
        var x = seen.shape[1] > _before + _after ? EmbedPiece(seen) : null;
        for (int i = 0; i < blocks.Count && x is not null; i++) x = blocks[i].Continue(x, cache.Convolution(i + 1), last);
        return x is null ? null : Draw(x, guesses.narrow(1, 0, x.shape[1])).MoveToOuterDisposeScope();
    }

    // (batch, frames, bands) → (batch, frames, width)
    private Tensor Embed(Tensor mel)
    {
        long padding = _before;
        if (_before != _after) (mel, padding) = (functional.pad(mel, [0, 0, _before, _after]), 0);
        return embed_norm.call(functional.conv1d(mel.transpose(1, 2), embed.Weight, embed.Bias, padding: padding).transpose(1, 2).contiguous());
    }

    // The same without zeros beyond the ends. Torch's convolution took 180 µs for two frames, this 27; for hundreds, both the same.
    private Tensor EmbedPiece(Tensor mel)
    {
        var taps = mel.unfold(1, _before + 1 + _after, 1); // (1, frames, bands, taps)
        return embed_norm.call(functional.linear(taps.flatten(2), embed.Weight.flatten(1), embed.Bias));
    }

    private VocoderSpectrum Draw(Tensor x, Tensor logMagnitude)
    {
        var parts = head.call(final_norm.call(x)).split(_bins, dim: 2);
        var magnitude = logMagnitude.Plus(parts[0].clamp(LeastCorrection, MostCorrection));
        var length = parts[1].Square().Plus(parts[2].Square()).Plus(Tiny).sqrt();
        return new VocoderSpectrum(magnitude.transpose(1, 2), (parts[1] / length).transpose(1, 2), (parts[2] / length).transpose(1, 2));
    }
}
