using AudioBsq.Networks;

namespace AudioBsq.Streaming;

/// <summary>The decoder of a model over one clip: tokens of whole time steps to mel frames, in the unit of the mel column.</summary>
internal static class DecoderStream
{
    public static StepStream<int, float> Of(AudioBsqModel model)
    {
        var (options, windows) = (model.Options, new Windows(model));
        int perStep = options.TokensPerStep;
        if (!options.IsCausal) return new WindowStream<int, float>(options, perStep, options.PatchFrames * options.Bands, 0, values => windows.DecodeWindow(values));

        var network = options.EffectiveDecoder;
        return new CausalStream<int, float>(
            perStep, 0, options.ReachOf(network), step => new Past(network, options, step), (values, steps, past) => windows.DecodeWindow(values[^(steps * perStep)..], past));
    }
}
