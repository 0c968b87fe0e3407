using AudioBsq.Native;
using AudioBsq.Signal;
using AudioBsq.Vocoding;
using TorchSharp;
using TorchSharp.Modules;
using static AudioBsq.Native.Numbers;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace AudioBsq.Networks;

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
    private readonly long _bins, _padding;

    /// <summary>A network with fresh weights, drawn from torch's global generator.</summary>
    public VocoderNetwork(VocoderOptions options, MelOptions mel) : base(nameof(VocoderNetwork))
    {
        options.Validate(mel);
        TorchLibrary.EnsureLoaded();
        (_bins, _padding) = (mel.FftLength / 2 + 1, options.Kernel / 2);
        embed = new ConvolutionWeights(options.Width, mel.Bands, options.Kernel);
        embed_norm = LayerNorm(options.Width);
        blocks = [.. Enumerable.Range(0, options.Layers).Select(_ => new ConvNeXtBlock(options.Width, options.Kernel, options.HiddenWidth, 1.0 / options.Layers))];
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
        var x = functional.conv1d(mel.transpose(1, 2), embed.Weight, embed.Bias, padding: _padding).transpose(1, 2).contiguous();
        x = embed_norm.call(x);
        foreach (var block in blocks) x = block.call(x);
        var parts = head.call(final_norm.call(x)).split(_bins, dim: 2);
        var magnitude = logMagnitude.Plus(parts[0].clamp(LeastCorrection, MostCorrection));
        var length = parts[1].Square().Plus(parts[2].Square()).Plus(Tiny).sqrt();
        return new VocoderSpectrum(
            magnitude.transpose(1, 2).MoveToOuterDisposeScope(),
            (parts[1] / length).transpose(1, 2).MoveToOuterDisposeScope(),
            (parts[2] / length).transpose(1, 2).MoveToOuterDisposeScope());
    }
}
