using AudioBsq.Networks;
using AudioBsq.Persistence;

namespace AudioBsq.Inference;

/// <summary>The encoder of a model over one clip: mel frames, in the unit of the mel column, to tokens.</summary>
internal static class EncoderStream
{
    public static StepStream<float, int> Of(ModelContent model)
    {
        var (options, pass) = (model.Options, new ForwardPass(model));
        int perStep = options.PatchFrames * options.Bands;
        if (!options.IsCausal)
            return new WindowStream<float, int>(options, perStep, options.TokensPerStep, options.MinLevel, values => pass.Encode([values])[0]);

        var network = options.Encoder;
        return new CausalStream<float, int>(perStep, options.MinLevel, options.ReachOf(network), step => new CausalCache(network, options, step), pass.Encode);
    }
}
