using AudioBsq.Decoding;
using AudioBsq.Signal;
using AudioBsq.Tests.Model.Signal;

namespace AudioBsq.Tests.Model.Metrics;

/// <summary>Recordings of the repository, and what tests do to them.</summary>
internal static class SpokenClips
{
    private static readonly Lazy<Waveform[]> Dev = new(
        () => [.. Directory.GetFiles(Path.Combine(TestData.Root, "samples", "clips", "dev"), "*.flac")
        .Order(StringComparer.Ordinal).Select(path => AudioFile.Read(path))]);

    /// <summary>Three speakers, 16 kHz, six seconds each.</summary>
    public static Waveform[] All => Dev.Value;

    /// <summary>The first two seconds of the first.</summary>
    public static float[] Short => All[0].Samples[..32_000];

    public static float[] WithNoise(float[] sound, double amplitude) =>
        [.. sound.Zip(Tone.Noise(sound.Length, 1, amplitude), (x, n) => x + n)];

    public static float[] Scaled(float[] sound, float factor) => Array.ConvertAll(sound, x => x * factor);
}
