using AudioBsq.Networks;

namespace AudioBsq.Training;

/// <summary>
/// Floating-point operations of a training step: of its matrix products and convolutions, two for each product and sum. A backward pass has
/// twice those of the forward pass.
/// </summary>
internal static class StepOperations
{
    /// <summary>Of the network itself, forward and backward.</summary>
    public static double Network(AudioBsqOptions model, TrainingOptions options)
    {
        double passes = options.ActivationCheckpointing ? 4 : 3;
        return Clips(options) * passes * Forward(model, options.CropFrames ?? model.WindowFrames);
    }

    /// <summary>
    /// What a discriminator adds: a forward pass, the model's backward pass, and its own. The rare gradient penalty is left out.
    /// </summary>
    public static double Discriminator(AudioBsqOptions model, TrainingOptions options)
    {
        if (options.Adversarial is not { } adversarial) return 0;
        double seen = 2 * Math.Max(options.AccumulateBatches, adversarial.ClipShare * Clips(options)); // originals and reconstructions
        double side = Math.Max(adversarial.MinSide, options.CropFrames ?? model.WindowFrames) * (double)model.Bands;
        return 4 * seen * Discriminate(adversarial, side);
    }

    /// <summary>Of encoding and decoding one clip.</summary>
    public static double Forward(AudioBsqOptions model, int frames)
    {
        double positions = (double)model.StepsOf(frames) * model.PatchesPerStep, patch = model.PatchFrames * model.PatchBands;
        var (encoder, decoder) = (model.Encoder, model.EffectiveDecoder);
        double latents = model.Quantizer.Bits * (encoder.Width + (double)decoder.Width);
        double head = decoder.HeadWidth is { } width ? width * (decoder.Width + patch) : decoder.Width * patch;
        return 2 * positions * (patch * encoder.Width + Blocks(encoder, positions) + latents + Blocks(decoder, positions) + head);
    }

    // Products of a position in all blocks.
    private static double Blocks(NetworkOptions network, double positions)
    {
        double square = (double)network.Width * network.Width;
        double attention = 4 * square + 2 * positions * network.Width, feedForward = 2 * network.MlpRatio * square;
        double convolution = network.UseConvModule ? 3 * square + network.ConvKernelSize * (double)network.Width : 0;
        return network.Layers * (attention + feedForward + convolution);
    }

    // Stages of 4 × 4 taps; the area shrinks to a quarter with each stride of 2.
    private static double Discriminate(AdversarialOptions options, double area)
    {
        double products = (area /= 4) * options.Width;
        int from = options.Width;
        for (int n = 0; n <= options.Layers; n++)
        {
            bool last = n == options.Layers;
            int to = last ? from : options.Width * Math.Min(1 << n, 8);
            products += (last ? area : area /= 4) * from * to;
            from = to;
        }

        return 2 * 16 * (products + area * from);
    }

    private static double Clips(TrainingOptions options) => (double)options.BatchSize * options.AccumulateBatches;
}
