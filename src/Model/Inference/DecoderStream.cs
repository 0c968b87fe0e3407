using AudioBsq.Persistence;

namespace AudioBsq.Inference;

/// <summary>Makes the stream of a model's decoder: tokens of whole time steps to mel frames, in the unit of the mel column.</summary>
internal static class DecoderStream
{
    public static StepStream<int, float> Of(ModelContent model)
    {
        var (options, pass) = (model.Options, new ForwardPass(model));
        int perStep = options.TokensPerStep;
        if (!options.IsCausal)
        {
            int valuesPerStep = options.PatchFrames * options.Bands;
            return new WindowStream<int, float>(options, perStep, valuesPerStep, filler: 0, values => pass.Decode([values])[0]);
        }

        return new CausalStream<int, float>(
            perStep, filler: 0, options.ReachOf(options.EffectiveDecoder), step => model.Engine.NewCache(ModelParts.Decoder, step),
            (values, cache) => pass.Decode([values], cache)[0]);
    }
}
