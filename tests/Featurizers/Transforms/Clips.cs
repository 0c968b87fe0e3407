using AudioBsq.Decoding;
using AudioBsq.Signal;

namespace AudioBsq.Tests.Featurizers.Transforms;

/// <summary>Columns of a row that names or holds a sound file.</summary>
public sealed class ClipRow
{
    public string Path { get; set; } = "";

    public byte[] Content { get; set; } = [];

    public float[] Waveform { get; set; } = [];
}

/// <summary>What the transforms give.</summary>
public sealed class ClipResult
{
    public string Path { get; set; } = "";

    public float[] Waveform { get; set; } = [];

    public float[] Mel { get; set; } = [];

    public string Error { get; set; } = "";
}

/// <summary>A folder of small WAV files.</summary>
internal sealed class Clips : IDisposable
{
    /// <summary>Clips 0 … <paramref name="count"/> − 1: clip i has 800 (i + 1) samples of a 100 (i + 1) Hz tone at 16 kHz.</summary>
    public Clips(int count)
    {
        for (int i = 0; i < count; i++) AudioFile.WriteWav(PathOf(i), new Waveform(Samples(i), 16_000), WavSampleFormat.IeeeFloat);
    }

    public string Folder { get; } = TestData.NewFolder();

    public string PathOf(int clip) => Path.Combine(Folder, $"clip{clip}.wav");

    public static float[] Samples(int clip) =>
        [.. Enumerable.Range(0, 800 * (clip + 1)).Select(n => 0.5f * MathF.Sin(2 * MathF.PI * 100 * (clip + 1) * n / 16_000))];

    /// <summary>Writes a file that is no sound.</summary>
    public string Spoil(string name)
    {
        string path = Path.Combine(Folder, name);
        File.WriteAllText(path, "RIFF? No: this is only text, which no decoder takes for sound.");
        return path;
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
