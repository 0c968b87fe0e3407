using System.Numerics;
using AudioBsq.Signal;

namespace SimilaritySearch;

/// <summary>Makes copies of sounds and says how much of a sound's tokens a copy has.</summary>
internal static class Copies
{
    private static readonly int[] Shifts = [-2, 0, 2];

    public static (string Name, Func<float[], float[]> Change)[] All { get; } =
    [
        ("6 dB quieter", sound => Array.ConvertAll(sound, x => x * 0.5f)),
        ("noise, 30 dB below", AddNoise),
        ("8 kHz and back", sound => Resampler.Resample(Resampler.Resample(sound, 16_000, 8_000), 8_000, 16_000)),
    ];

    /// <summary>The share of equal bits where both have tokens, at the best of three shifts: a time step has two tokens.</summary>
    public static double EqualBits(int[] original, int[] copy, int bits) => Shifts.Max(shift =>
    {
        var pairs = original.Skip(Math.Max(0, shift)).Zip(copy.Skip(Math.Max(0, -shift)));
        return 1 - pairs.Average(pair => BitOperations.PopCount((uint)(pair.First ^ pair.Second))) / bits;
    });

    private static float[] AddNoise(float[] sound)
    {
        var random = new Random(1);
        double level = Math.Sqrt(sound.Average(x => x * x) * 1e-3 * 3); // uniform noise from −1 to 1 has a power of 1/3
        return Array.ConvertAll(sound, x => x + (float)(level * ((2 * random.NextDouble()) - 1)));
    }
}
