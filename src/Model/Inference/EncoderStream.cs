using AudioBsq.Persistence;

namespace AudioBsq.Inference;

/// <summary>Makes the stream of a model's encoder: mel frames, in the unit of the mel column, to tokens.</summary>
internal static class EncoderStream
{
    public static StepStream<float, int> Of(ModelContent model)
    {
        var (options, pass) = (model.Options, new ForwardPass(model));
        int perStep = options.PatchFrames * options.FrameValues;
        if (!options.IsCausal)
        {
            return new WindowStream<float, int>(
                options, perStep, options.TokensPerStep, options.PaddingLevel, values => pass.Encode([values])[0].Tokens);
        }

        return new CausalStream<float, int>(
            perStep, filler: options.MinLevel, options.ReachOf(options.Encoder), step => model.Engine.NewCache(ModelParts.Encoder, step),
            (values, cache) => pass.EncodeSteps(values, cache).Tokens);
    }
}
