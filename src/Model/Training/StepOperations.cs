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
    public static double Forward(AudioBsqOptions model, int frames) => Encode(model, frames) + Decode(model, frames);

    /// <summary>Of encoding one clip.</summary>
    public static double Encode(AudioBsqOptions model, int frames)
    {
        var network = model.Encoder;
        double positions = Positions(model, frames), ends = network.Width * (model.InputPatchValues + model.Quantizer.Bits);
        return 2 * positions * (ends + Blocks(network, positions));
    }

    /// <summary>Of decoding one clip.</summary>
    public static double Decode(AudioBsqOptions model, int frames)
    {
        var network = model.EffectiveDecoder;
        double positions = Positions(model, frames), patch = PatchValues(model), latents = model.Quantizer.Bits * (double)network.Width;
        double head = network.HeadWidth is { } width ? width * (network.Width + patch) : network.Width * patch;
        return 2 * positions * (latents + Blocks(network, positions) + head);
    }

    private static double Positions(AudioBsqOptions model, int frames) => (double)model.StepsOf(frames) * model.PatchesPerStep;

    private static double PatchValues(AudioBsqOptions model) => (double)model.PatchFrames * model.PatchBands;

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
