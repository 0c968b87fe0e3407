using AudioBsq.Networks;
using static AudioBsq.Native.Numbers;
using static TorchSharp.torch;

namespace AudioBsq.Streaming;

/// <summary>The encoder of a model over one clip: mel frames, in the unit of the mel column, to tokens.</summary>
internal static class EncoderStream
{
    /// <summary>
    /// How many steps go through the network at once may change a latent by rounding: by 1e-7 as a rule, and by up to 1.3e-5 among 100,000 latents of
    /// speech. Where a latent is so near to a threshold that this could change its code, the step is run again in a way that depends on nothing
    /// but the clip, and that result counts.
    /// </summary>
    public const double TooCloseToCall = 5e-5;

    public static StepStream<float, int> Of(AudioBsqModel model)
    {
        var options = model.Options;
        int perStep = options.PatchFrames * options.Bands;
        if (options.IsCausal)
        {
            return new CausalStream<float, int>(
                perStep, options.MinLevel, options.ReachOf(options.Encoder), step => new Past(options.Encoder, options, step), (values, steps, past) => Encode(model, values, steps, past));
        }

        var windows = new Windows(model);
        return new WindowStream<float, int>(options, perStep, options.TokensPerStep, options.MinLevel, values => windows.EncodeWindow(values));
    }

    private static int[] Encode(AudioBsqModel model, ReadOnlyMemory<float> values, int steps, Past past)
    {
        using var scope = NewDisposeScope();
        using var noGradients = no_grad();
        var options = model.Options;
        int perStep = options.PatchFrames * options.Bands;
        long next = past.NextStep;
        var z = Latents(model, values[^(steps * perStep)..], past);
        int[] tokens = model.Network.Quantizer.TokensOf(z);
        bool[] close = (model.Network.Quantizer.Margin(z) < Number(TooCloseToCall)).reshape(steps, -1).any(1).cpu().data<bool>().ToArray();
        for (int i = 0; i < steps; i++)
        {
            if (close[i] && Alone(model, values[..^((steps - 1 - i) * perStep)], next + i) is { } sure) sure.CopyTo(tokens, i * options.TokensPerStep);
        }

        return tokens;
    }

    // Tokens of the last of these steps, from all that it depends on; null while a saved state is taken up, when that is not there and nobody asks.
    private static int[]? Alone(AudioBsqModel model, ReadOnlyMemory<float> values, long step)
    {
        var options = model.Options;
        int before = (int)Math.Min(step, options.ReachOf(options.Encoder)), perStep = options.PatchFrames * options.Bands;
        if (values.Length < (before + 1) * perStep) return null;
        using var scope = NewDisposeScope();
        using var past = new Past(options.Encoder, options, step - before);
        var z = Latents(model, values[^((before + 1) * perStep)..], past);
        return model.Network.Quantizer.TokensOf(z.narrow(1, (long)before * options.PatchesPerStep, options.PatchesPerStep));
    }

    private static Tensor Latents(AudioBsqModel model, ReadOnlyMemory<float> values, Past past)
    {
        var x = tensor(values.ToArray(), [1, values.Length / model.Options.Bands, model.Options.Bands]).to(model.Device);
        return model.Network.Encode(model.Network.Scale(x), valid: null, past);
    }
}
