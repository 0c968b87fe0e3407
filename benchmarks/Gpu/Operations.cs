using AudioBsq.Networks;

namespace AudioBsq.Benchmarks.Gpu;

/// <summary>Floating-point operations of the matrix products of a window: two for each product of two numbers.</summary>
internal static class Operations
{
    /// <summary>Mel → latents.</summary>
    public static double OfEncoder(AudioBsqOptions options) =>
        Blocks(options.Encoder, options.WindowPositions)
        + 2.0 * options.WindowPositions * options.Encoder.Width * (options.PatchFrames * options.PatchBands + options.Quantizer.Dimension);

    /// <summary>Forward pass of both halves, and a backward pass of twice as many.</summary>
    public static double OfTrainingStep(AudioBsqOptions options)
    {
        var decoder = options.EffectiveDecoder;
        int patch = options.PatchFrames * options.PatchBands, head = decoder.HeadWidth ?? 0;
        double ends = options.Quantizer.Dimension * decoder.Width + (head > 0 ? head * (decoder.Width + patch) : decoder.Width * patch);
        return 3 * (OfEncoder(options) + Blocks(decoder, options.WindowPositions) + 2.0 * options.WindowPositions * ends);
    }

    // Each position: query, key, value and output, the feed-forward layers, and attention to all positions.
    private static double Blocks(NetworkOptions network, double positions)
    {
        double width = network.Width, layers = width * width * (4 + 2 * network.MlpRatio), attention = 2 * positions * width;
        return 2 * network.Layers * positions * (layers + attention);
    }
}
