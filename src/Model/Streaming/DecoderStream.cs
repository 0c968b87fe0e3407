using AudioBsq.Networks;
using static TorchSharp.torch;

namespace AudioBsq.Streaming;

/// <summary>The decoder of a model over one clip: tokens of whole time steps to mel frames, in the unit of the mel column.</summary>
internal static class DecoderStream
{
    public static StepStream<int, float> Of(AudioBsqModel model)
    {
        var options = model.Options;
        if (options.IsCausal)
        {
            var network = options.EffectiveDecoder;
            return new CausalStream<int, float>(
                options.TokensPerStep, 0, options.ReachOf(network), step => new Past(network, options, step), (values, steps, past) => Decode(model, values[^(steps * options.TokensPerStep)..], past));
        }

        var windows = new Windows(model);
        return new WindowStream<int, float>(options, options.TokensPerStep, options.PatchFrames * options.Bands, 0, windows.DecodeWindow);
    }

    private static float[] Decode(AudioBsqModel model, ReadOnlyMemory<int> values, Past past)
    {
        using var scope = NewDisposeScope();
        using var noGradients = no_grad();
        var tokens = tensor(values.ToArray(), [1, values.Length / model.Options.TokensPerPosition, model.Options.TokensPerPosition], ScalarType.Int64).to(model.Device);
        var drawn = model.Network.Decode(model.Network.Quantizer.ToCodes(tokens), valid: null, past);
        return model.Network.Unscale(drawn, clamp: true).cpu().contiguous().data<float>().ToArray();
    }
}
