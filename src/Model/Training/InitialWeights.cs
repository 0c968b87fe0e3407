using AudioBsq.Networks;
using AudioBsq.Persistence;
using static TorchSharp.torch;

namespace AudioBsq.Training;

/// <summary>Weights of another model as the first ones of a training run.</summary>
internal static class InitialWeights
{
    /// <summary>
    /// Copies the encoder, and the decoder where there is one and it fits, from a model into another; the layers beside the quantizer only
    /// where that is the same. A network may have more blocks than the one to start from: the further ones follow the others and add
    /// nothing at first, so that the model computes what it did (Chen, Goodfellow, Shlens 2016, "Net2Net", section 2.3). A network that
    /// looks back only may start from one that sees everything: its convolutions keep the taps that look back. Returns what was copied,
    /// as text.
    /// </summary>
    /// <exception cref="ArgumentException">The encoders are not alike, or their mel spectrograms differ.</exception>
    public static string Copy(ModelContent from, ModelContent to)
    {
        ModelStart.CheckAlike("mel spectrogram", from.Mel, to.Mel);
        var (theirs, ours) = (EncoderOf(from.Options), EncoderOf(to.Options));
        ModelStart.CheckAlike("encoder", theirs with { Encoder = Fitted(theirs.Encoder, ours.Encoder) }, ours);
        bool quantizer = from.Options.Quantizer == to.Options.Quantizer;
        var (theirDecoder, ourDecoder) = (WithoutDropout(from.Options.EffectiveDecoder), WithoutDropout(to.Options.EffectiveDecoder));
        bool decoder = from.Parts.HasFlag(ModelParts.Decoder) && Fitted(theirDecoder, ourDecoder) == ourDecoder;
        CopyTensors(from, to, ModelParts.Encoder, name => quantizer || name.StartsWith("encoder.", StringComparison.Ordinal));
        if (decoder) CopyTensors(from, to, ModelParts.Decoder, name => quantizer || name.StartsWith("decoder.", StringComparison.Ordinal));
        int blocks = to.Options.Encoder.Layers - from.Options.Encoder.Layers + (decoder ? ourDecoder.Layers - theirDecoder.Layers : 0);
        string further = blocks == 0 ? "" : $"; {blocks} further blocks add nothing at first";
        if (ours.Encoder.Mask != from.Options.Encoder.Mask) further += "; attention and convolution look back only from now on";
        string taken = (quantizer, decoder) switch
        {
            (true, true) => "the whole model",
            (true, false) => "the encoder; the decoder starts from random weights",
            (false, true) => "encoder and decoder but for the layers beside the quantizer, which differs",
            _ => "the encoder but for its last layer, since the quantizer differs; the decoder starts from random weights",
        };
        return $"Training starts from a model: {taken}{further}.";
    }

    private static void CopyTensors(ModelContent from, ModelContent to, ModelParts half, Func<string, bool> takes)
    {
        using var noGradients = no_grad();
        bool looksBack = from.Options.BlocksOf(half).Mask != to.Options.BlocksOf(half).Mask
            && !to.Options.Compatibility.LeakyCausalConvolution;
        var sources = NetworkWeights.Of(from.Network, half).ToDictionary(entry => entry.Name, entry => entry.Tensor);
        foreach (var (name, tensor) in NetworkWeights.Of(to.Network, half))
        {
            if (sources.TryGetValue(name, out var source))
            {
                if (!takes(name)) continue;
                // Tap k / 2 of k taps is that of a step itself where the convolution sees both sides, and the last one where it looks back.
                if (looksBack && name.EndsWith(".depthwise_conv.weight", StringComparison.Ordinal))
                    ConvolutionWeights.CopyTaps(source, tensor, later: (int)(source.shape[2] - 1 - source.shape[2] / 2));
                else
                    tensor.copy_(source);
            }
            else if (EndsABranch(name)) // of a further block
            {
                tensor.zero_().Dispose();
            }
        }
    }

    // Last layers of attention, convolution module and feed-forward network.
    private static bool EndsABranch(string name) =>
        name.Contains(".attn.out_proj.", StringComparison.Ordinal) || name.Contains(".pointwise_conv2.", StringComparison.Ordinal)
        || name.Contains(".mlp.c_proj.", StringComparison.Ordinal);

    // Theirs, with the blocks and the mask that ours may add: neither changes the shape of a weight.
    private static NetworkOptions Fitted(NetworkOptions theirs, NetworkOptions ours) => theirs with
    {
        Layers = Math.Max(theirs.Layers, ours.Layers),
        Mask = theirs.Mask == AttentionMask.None ? ours.Mask : theirs.Mask,
        PastSteps = ours.PastSteps,
    };

    // What the encoder's computation and the shapes of its weights depend on.
    private static AudioBsqOptions EncoderOf(AudioBsqOptions options) => options with
    {
        Encoder = WithoutDropout(options.Encoder) with { HeadWidth = null },
        Decoder = null,
        Quantizer = new(),
        ContextFrames = 0,
        WindowFrames = options.Compatibility.LearnedPositions ? options.WindowFrames : options.PatchFrames,
    };

    private static NetworkOptions WithoutDropout(NetworkOptions network) =>
        network with { Dropout = 0, AttentionDropout = 0, DropPath = 0 };
}
