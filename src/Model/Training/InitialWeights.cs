using AudioBsq.Networks;
using AudioBsq.Persistence;
using static TorchSharp.torch;

namespace AudioBsq.Training;

/// <summary>Weights of another model as the first ones of a training run.</summary>
internal static class InitialWeights
{
    /// <summary>
    /// Copies the encoder, and the decoder where there is one and it fits, from a model into another; the layers beside the quantizer only
    /// where that is the same. Returns what was copied, as text.
    /// </summary>
    /// <exception cref="ArgumentException">The encoders are not alike, or their mel spectrograms differ.</exception>
    public static string Copy(ModelContent from, ModelContent to)
    {
        CheckAlike("mel spectrogram", from.Mel, to.Mel);
        CheckAlike("encoder", EncoderOf(from.Options), EncoderOf(to.Options));
        bool quantizer = from.Options.Quantizer == to.Options.Quantizer;
        bool decoder = from.Parts.HasFlag(ModelParts.Decoder)
            && WithoutDropout(from.Options.EffectiveDecoder) == WithoutDropout(to.Options.EffectiveDecoder);
        CopyTensors(from, to, ModelParts.Encoder, name => quantizer || name.StartsWith("encoder.", StringComparison.Ordinal));
        if (decoder) CopyTensors(from, to, ModelParts.Decoder, name => quantizer || name.StartsWith("decoder.", StringComparison.Ordinal));
        string taken = (quantizer, decoder) switch
        {
            (true, true) => "the whole model",
            (true, false) => "the encoder; the decoder starts from random weights",
            (false, true) => "encoder and decoder but for the layers beside the quantizer, which differs",
            _ => "the encoder but for its last layer, since the quantizer differs; the decoder starts from random weights",
        };
        return $"Training starts from a model: {taken}.";
    }

    private static void CopyTensors(ModelContent from, ModelContent to, ModelParts half, Func<string, bool> takes)
    {
        using var noGradients = no_grad();
        var targets = NetworkWeights.Of(to.Network, half).ToDictionary(entry => entry.Name, entry => entry.Tensor);
        foreach (var (name, tensor) in NetworkWeights.Of(from.Network, half).Where(entry => takes(entry.Name)))
            targets[name].copy_(tensor);
    }

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

    private static void CheckAlike<T>(string what, T from, T to) where T : class
    {
        if (from.Equals(to)) return;
        var (theirs, ours) = OptionsDifference.Of(from, to);
        throw new ArgumentException(
            $"The model to start from has another {what}: {theirs}, and this one {ours}. Start from a model like the one to train.",
            nameof(from));
    }
}
