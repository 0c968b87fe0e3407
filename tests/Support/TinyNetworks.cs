using AudioBsq.Networks;
using AudioBsq.Quantization;
using static TorchSharp.torch;

namespace AudioBsq.Tests;

/// <summary>Networks small enough for a test, with weights large enough that a mistake shows.</summary>
internal static class TinyNetworks
{
    /// <summary>8 steps of 3 patches, each 2 frames × 4 bands.</summary>
    public static AudioBsqOptions Options { get; } = new()
    {
        Bands = 12,
        WindowFrames = 16,
        PatchFrames = 2,
        PatchBands = 4,
        Encoder = new NetworkOptions { Width = 16, Layers = 2, Heads = 2, HeadWidth = 24, ConvKernelSize = 5 },
        Quantizer = new QuantizerOptions { Bits = 6, GroupSize = 3 },
    };

    public static AudioBsqOptions With(
        bool conv, AttentionMask mask = AttentionMask.None, Compatibility? compatibility = null) => Options with
        {
            Encoder = Options.Encoder with { UseConvModule = conv, Mask = mask },
            Compatibility = compatibility ?? Compatibility.Corrected,
        };

    /// <summary>A network whose matrices are as large as a trained one's.</summary>
    public static AudioBsqNetwork New(AudioBsqOptions options)
    {
        manual_seed(7);
        var network = new AudioBsqNetwork(options);
        using var _ = no_grad();
        foreach (var (_, parameter) in network.named_parameters())
        {
            if (parameter.dim() > 1) parameter.normal_(0, 0.3);
        }

        return network;
    }
}
