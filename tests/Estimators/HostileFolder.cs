using AudioBsq.Decoding;
using AudioBsq.Signal;

namespace AudioBsq.Tests.Estimators;

/// <summary>Sound files, and among them files that only look like some. The same seeded files every time, in a mixed order.</summary>
internal sealed class HostileFolder : IDisposable
{
    private readonly Random _random = new(3);
    private readonly byte[] _wav, _flac;

    public HostileFolder()
    {
        string flac = Directory.GetFiles(Path.Combine(TestData.Root, "samples", "clips", "dev"), "*.flac")
            .Order(StringComparer.Ordinal).First();
        (_wav, _flac) = (Wav(2_000), File.ReadAllBytes(flac));
        for (int i = 0; i < 19; i++) Add(Good, $"good{i:00}.wav", Wav(800 + 160 * i));
        Add(Good, "good19.flac", _flac);
        AddSpoiled();
        AddImpostors();
        AddLies();
        AddOthers();
        Paths = [.. Good.Concat(Bad).Concat(Odd).OrderBy(_ => _random.Next())];
    }

    public string Folder { get; } = TestData.NewFolder();

    /// <summary>20 sounds.</summary>
    public List<string> Good { get; } = [];

    /// <summary>30 that cannot be read, and one more where permissions count.</summary>
    public List<string> Bad { get; } = [];

    /// <summary>Strange, but sounds: one without samples, and one with a single one.</summary>
    public List<string> Odd { get; } = [];

    /// <summary>All of them, mixed.</summary>
    public List<string> Paths { get; }

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    private void AddSpoiled()
    {
        Add(Bad, "empty.wav", []);
        Add(Bad, "one-byte.wav", [(byte)'R']);
        for (int i = 0; i < 5; i++)
        {
            Add(Bad, $"cut{i}.wav", _wav.AsSpan(0, 12 + _random.Next(_wav.Length - 14)));
            Add(Bad, $"cut{i}.flac", _flac.AsSpan(0, 4 + _random.Next(_flac.Length - 100)));
        }

        byte[] flipped = [.. _flac];
        flipped[_flac.Length / 2] ^= 16;
        Add(Bad, "flipped.flac", flipped);
    }

    private void AddImpostors()
    {
        Add(Bad, "text.wav", "This is a sound, is it not?"u8);
        Add(Bad, "page.mp3", "<!DOCTYPE html><html>404</html>"u8);
        Add(Bad, "image.wav", [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, .. Noise(400)]);
        Add(Bad, "photo.flac", [0xFF, 0xD8, 0xFF, 0xE0, .. Noise(400)]);
        Add(Bad, "archive.ogg", [0x50, 0x4B, 0x03, 0x04, .. Noise(400)]);
        Add(Bad, "tag.mp3", [.. "ID3"u8, 4, 0, 0, 0, 0, 0, 5, 1, 2, 3, 4, 5]); // a tag, and no sound behind it
        for (int i = 0; i < 3; i++) Add(Bad, $"noise{i}.wav", [1, .. Noise(2_000)]);
    }

    private void AddLies()
    {
        Add(Bad, "longer.wav", Changed(40, 4_000_000));
        Add(Bad, "no-rate.wav", Changed(24, 0));
        Add(Bad, "no-channels.wav", [.. _wav[..22], 0, 0, .. _wav[24..]]);
        Add(Bad, "compressed.wav", [.. _wav[..20], 0x55, 0, .. _wav[22..]]);
        Add(Bad, "nan.wav", Floats(float.NaN));
        Add(Bad, "infinite.wav", Floats(float.NegativeInfinity));
    }

    private void AddOthers()
    {
        Bad.Add(Directory.CreateDirectory(Path.Combine(Folder, "folder.wav")).FullName);
        Bad.Add(Path.Combine(Folder, "vanished.wav"));
        if (!OperatingSystem.IsWindows() && Environment.UserName != "root")
        {
            Add(Bad, "secret.wav", _wav);
            File.SetUnixFileMode(Bad[^1], UnixFileMode.None);
        }

        Add(Odd, "silent.wav", Wav(0));
        Add(Odd, "click.wav", Wav(1));
    }

    private void Add(List<string> to, string name, ReadOnlySpan<byte> content)
    {
        string path = Path.Combine(Folder, name);
        File.WriteAllBytes(path, content);
        to.Add(path);
    }

    private byte[] Noise(int count)
    {
        byte[] bytes = new byte[count];
        _random.NextBytes(bytes);
        return bytes;
    }

    private byte[] Changed(int at, int value) => [.. _wav[..at], .. BitConverter.GetBytes(value), .. _wav[(at + 4)..]];

    private static byte[] Wav(int samples)
    {
        using var stream = new MemoryStream();
        AudioFile.WriteWav(
            stream, new Waveform([.. Enumerable.Range(0, samples).Select(n => 0.5f * MathF.Sin(n * 0.1f))], 16_000), WavSampleFormat.Pcm16);
        return stream.ToArray();
    }

    // A header for 4 bytes per sample, and samples of which one is none.
    private static byte[] Floats(float bad)
    {
        using var stream = new MemoryStream();
        AudioFile.WriteWav(stream, new Waveform(new float[1_000], 16_000), WavSampleFormat.IeeeFloat);
        byte[] bytes = stream.ToArray();
        BitConverter.GetBytes(bad).CopyTo(bytes, bytes.Length - 400);
        return bytes;
    }
}
