using AudioBsq.Networks;
using AudioBsq.Quantization;
using AudioBsq.Signal;

namespace AudioBsq.Tests;

/// <summary>Models and mel spectrograms small enough for a test to train on.</summary>
internal static class Small
{
    public static MelOptions Mel { get; } = new() { Bands = 16, FftLength = 256, HopLength = 160 };

    public static AudioBsqOptions Options { get; } = new()
    {
        Bands = 16,
        WindowFrames = 32,
        PatchFrames = 4,
        PatchBands = 8,
        Encoder = new NetworkOptions { Width = 32, Layers = 1, Heads = 2, HeadWidth = 64 },
        Quantizer = new QuantizerOptions { Bits = 9 },
    };

    /// <summary>Smooth random spectrograms between −80 and 0 dB, (frames, 16).</summary>
    public static float[][] Mels(int seed, params int[] frames) =>
        [.. frames.Select((count, i) => OneMel(new Random(seed * 1000 + i), count))];

    private static float[] OneMel(Random random, int frames)
    {
        float[] mel = new float[frames * Mel.Bands];
        double speed = 0.1 + random.NextDouble(), phase = 6 * random.NextDouble(), tilt = random.NextDouble();
        for (int t = 0; t < frames; t++)
        {
            for (int b = 0; b < Mel.Bands; b++)
            {
                double level = -40 + 30 * Math.Sin(speed * t + phase + tilt * b) + 5 * random.NextDouble();
                mel[t * Mel.Bands + b] = (float)Math.Clamp(level, -80, 0);
            }
        }

        return mel;
    }
}
