namespace AudioBsq.Networks;

/// <summary>How many weights a network has, by arithmetic alone. A double, since options from a file may be absurd.</summary>
internal static class NetworkSize
{
    public static double Parameters(AudioBsqOptions options, ModelParts parts = ModelParts.All)
    {
        double dimension = options.Quantizer.Dimension, patch = (double)options.PatchFrames * options.PatchBands, total = 0;
        double positions = (double)(options.WindowFrames / options.PatchFrames) * options.PatchesPerStep;
        if (parts.HasFlag(ModelParts.Encoder))
        {
            var encoder = options.Encoder;
            total += Stack(encoder, positions) + Linear(patch, encoder.Width, bias: !encoder.PreNorm) + Linear(encoder.Width, dimension);
        }

        if (parts.HasFlag(ModelParts.Decoder))
        {
            var decoder = options.EffectiveDecoder;
            double head = decoder.HeadWidth is { } width ? Linear(decoder.Width, width) + Linear(width, patch) : Linear(decoder.Width, patch);
            total += Stack(decoder, positions) + Linear(dimension, decoder.Width) + head;
        }

        return total;
    }

    // positions, the norms around the blocks, and the blocks
    private static double Stack(NetworkOptions options, double positions)
    {
        double width = options.Width, norm = 2 * width;
        return positions * width + (options.PreNorm ? norm : 0) + (options.PostNorm ? norm : 0) + options.Layers * Block(options);
    }

    private static double Block(NetworkOptions options)
    {
        double width = options.Width, norm = 2 * width, hidden = (int)Math.Min(int.MaxValue, width * options.MlpRatio);
        double gain = options.LayerScale is null ? 0 : width;
        double attention = norm + Linear(width, 3 * width) + Linear(width, width) + gain;
        double feedForward = norm + Linear(width, hidden) + Linear(hidden, width) + gain;
        double convolution = 3 * norm + Linear(width, 2 * width) + width * options.ConvKernelSize + width + Linear(width, width) + gain;
        return attention + feedForward + (options.UseConvModule ? convolution : 0);
    }

    private static double Linear(double from, double to, bool bias = true) => from * to + (bias ? to : 0);
}
