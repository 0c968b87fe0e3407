using System.IO.Compression;
using System.Text;
using AudioBsq.Decoding;

namespace AudioBsq.Tests.Featurizers.Decoding;

[WithoutTorch]
public class AudioFileTests
{
    private static readonly string WavPath = TestData.PathOf("audio", "LJ001-0008.wav");
    private static readonly string FlacPath = TestData.PathOf("audio", "LJ001-0008.flac");
    private static readonly string Mp3Path = TestData.PathOf("audio", "LJ001-0008.mp3");

    [Fact]
    public void Read_GivesTheSameSamples_FromWavAndFlac()
    {
        var wav = AudioFile.Read(WavPath);
        var flac = AudioFile.Read(FlacPath);

        Assert.Equal((22_050, 39_325), (wav.SampleRate, wav.Samples.Length));
        Assert.Equal(wav.Samples, flac.Samples);
        Assert.InRange(wav.Samples.Max(), 0.1f, 1f);
    }

    [Fact]
    public void Read_GivesNearlyTheSameSamples_FromMp3()
    {
        float[] wav = AudioFile.Read(WavPath).Samples, mp3 = AudioFile.Read(Mp3Path).Samples;

        Assert.Equal(wav.Length, mp3.Length);
        Assert.InRange(Sounds.SignalToNoise(wav, mp3), 12, 60);
        Assert.Equal(0, Sounds.Lag(wav, mp3, most: 3000));
    }

    [Fact]
    public void Read_GoesByContent_NotByExtension()
    {
        string folder = TestData.NewFolder();
        string mp3AsWav = Path.Combine(folder, "a.wav");
        string flacAsMp3 = Path.Combine(folder, "b.mp3");
        string wavAsText = Path.Combine(folder, "c.txt");
        File.Copy(Mp3Path, mp3AsWav);
        File.Copy(FlacPath, flacAsMp3);
        File.Copy(WavPath, wavAsText);

        Assert.Equal(AudioFile.Read(Mp3Path).Samples, AudioFile.Read(mp3AsWav).Samples);
        Assert.Equal(AudioFile.Read(FlacPath).Samples, AudioFile.Read(flacAsMp3).Samples);
        Assert.Equal(AudioFile.Read(WavPath).Samples, AudioFile.Read(wavAsText).Samples);
    }

    [Fact]
    public void Read_PassesOnWhatTheStreamThrows()
    {
        using var stream = new FailingStream(File.ReadAllBytes(Mp3Path), failsFrom: 4000);

        var e = Assert.Throws<IOException>(() => AudioFile.Read(stream, "broken disk"));

        Assert.Equal("the disk is broken", e.Message);
    }

    [Fact]
    public void Read_WorksOnManyThreads()
    {
        float[] expected = AudioFile.Read(Mp3Path).Samples;
        byte[] bad = [0xFF, 0xFB, 0x90, 0x64, 1, 2, 3];

        Parallel.For(0, 64, i =>
        {
            if (i % 2 == 0) Assert.Equal(expected, AudioFile.Read(Mp3Path).Samples);
            else Assert.ThrowsAny<Exception>(() => AudioFile.Read(bad, $"bad {i}"));
        });
    }

    [Fact]
    public void Read_TakesPathsStreamsAndMemory()
    {
        byte[] bytes = File.ReadAllBytes(FlacPath);
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true)) gzip.Write(bytes);
        packed.Position = 0;
        using var unseekable = new GZipStream(packed, CompressionMode.Decompress);
        using var behind = new MemoryStream([1, 2, 3, .. bytes]) { Position = 3 };
        float[] expected = AudioFile.Read(FlacPath).Samples;

        Assert.Equal(expected, AudioFile.Read(bytes, "memory").Samples);
        Assert.Equal(expected, AudioFile.Read(unseekable, "unseekable").Samples);
        Assert.Equal(expected, AudioFile.Read(behind, "behind").Samples);
        Assert.True(behind.CanRead);
    }

    [Fact]
    public void Read_AveragesChannels()
    {
        byte[] file = WavBytes.File(
            WavBytes.Chunk("fmt ", WavBytes.Format(1, 3, 8000, 16)),
            WavBytes.Chunk("data", WavBytes.Samples(300, 600, 900, -32768, -32768, -32768)));

        Assert.Equal([600 / 32768f, -1f], AudioFile.Read(file, "three").Samples);
    }

    [Fact]
    public void Read_ChangesTheRate()
    {
        float[] tone = [.. Enumerable.Range(0, 44_100).Select(i => MathF.Sin(2 * MathF.PI * 440 * i / 44_100) * 0.5f)];
        using var file = new MemoryStream();
        AudioFile.WriteWav(file, new(tone, 44_100), WavSampleFormat.IeeeFloat);
        file.Position = 0;

        var resampled = AudioFile.Read(file, "tone", 16_000);

        float[] expected = [.. Enumerable.Range(0, 16_000).Select(i => MathF.Sin(2 * MathF.PI * 440 * i / 16_000) * 0.5f)];
        Assert.Equal(16_000, resampled.SampleRate);
        Close.To(expected.AsSpan(100, 15_800), resampled.Samples.AsSpan(100, 15_800), 1e-3);
    }

    [Theory]
    [InlineData(0), InlineData(-1), InlineData(1_000_000)]
    public void Read_RefusesRatesThatMakeNoSense(int rate) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => AudioFile.Read(WavPath, rate));

    [Fact]
    public void Describe_ReadsTheHeader()
    {
        Assert.Equal(new AudioFormat(22_050, 1, 39_325, "WAV 16-bit"), AudioFile.Describe(WavPath));
        Assert.Equal(new AudioFormat(22_050, 1, 39_325, "FLAC 16-bit"), AudioFile.Describe(FlacPath));
        Assert.Equal(39_325 / 22_050.0, AudioFile.Describe(WavPath).Seconds);
    }

    public static TheoryData<string, byte[]> NotSound => new()
    {
        { "is empty", [] },
        { "PNG", [0x89, 0x50, 0x4E, 0x47, 13, 10, 26, 10, 0, 0] },
        { "JPEG", [0xFF, 0xD8, 0xFF, 0xE0, 0, 16] },
        { "HTML", Encoding.UTF8.GetBytes("\n<!doctype html><html><head><title>404</title>") },
        { "XML", Encoding.UTF8.GetBytes("<?xml version=\"1.0\"?><a/>") },
        { "JSON", Encoding.UTF8.GetBytes("{\"error\": \"not found\"}") },
        { "text", Encoding.UTF8.GetBytes("path,sentence\nä.mp3,hello\n") },
        { "Git LFS", Encoding.UTF8.GetBytes("version https://git-lfs.github.com/spec/v1\noid sha256:0\n") },
        { "ZIP", [0x50, 0x4B, 3, 4, 20, 0] },
        { "zeros", new byte[100] },
        { "01020304", [1, 2, 3, 4] },
        { "MIDI", Encoding.UTF8.GetBytes("MThd\0\0\0\u0006") },
    };

    [Theory]
    [MemberData(nameof(NotSound))]
    public void Read_SaysWhatAFileLooksLike_WhenItIsNoSound(string looksLike, byte[] content)
    {
        var e = Assert.Throws<InvalidDataException>(() => AudioFile.Read(content, "strange.wav"));

        Assert.Contains("'strange.wav'", e.Message);
        Assert.Contains(looksLike, e.Message);
    }

    public static TheoryData<string, byte[]> Unread => new()
    {
        { "m4a", [0, 0, 0, 32, .. "ftypM4A "u8, 0, 0] },
        { "wma", [0x30, 0x26, 0xB2, 0x75, 0x8E, 0x66, 0xCF, 0x11, 0xA6] },
        { "WebM", [0x1A, 0x45, 0xDF, 0xA3, 0x9F] },
        { "AAC", [0xFF, 0xF1, 0x50, 0x80] },
    };

    [Theory]
    [MemberData(nameof(Unread))]
    public void Read_AdvisesToConvert_WhenSoundIsOfAKindNotReadHere(string kind, byte[] content)
    {
        var e = Assert.Throws<NotSupportedException>(() => AudioFile.Read(content, "song.wav"));

        Assert.Contains("'song.wav'", e.Message);
        Assert.Contains(kind, e.Message);
        Assert.Contains("convert", e.Message);
    }

    [Fact]
    public void Read_NamesWhatIsMissing()
    {
        string folder = TestData.NewFolder(), missing = Path.Combine(folder, "missing.wav");

        Assert.Contains("is a folder", Assert.Throws<InvalidDataException>(() => AudioFile.Read(folder)).Message);
        Assert.Contains(missing, Assert.Throws<FileNotFoundException>(() => AudioFile.Read(missing)).Message);
        Assert.Throws<ArgumentException>(() => AudioFile.Read(""));
        Assert.Throws<ArgumentNullException>(() => AudioFile.Read((string)null!));
        Assert.Throws<ArgumentNullException>(() => AudioFile.Read((Stream)null!, "name"));
    }

    [Fact]
    public void Read_ClosesTheFile_WhetherItWorksOrNot()
    {
        string folder = TestData.NewFolder(), good = Path.Combine(folder, "good.wav"), bad = Path.Combine(folder, "bad.wav");
        File.Copy(WavPath, good);
        File.WriteAllText(bad, "text");

        AudioFile.Read(good);
        Assert.Throws<InvalidDataException>(() => AudioFile.Read(bad));

        using (new FileStream(good, FileMode.Open, FileAccess.ReadWrite, FileShare.None)) { }
        using (new FileStream(bad, FileMode.Open, FileAccess.ReadWrite, FileShare.None)) { }
    }

    [Fact]
    public void Read_RefusesMoreThanAnArrayShouldHold()
    {
        using var source = AudioFile.Open(WavPath);

        var e = Assert.Throws<NotSupportedException>(() => MonoReader.Read(source, "long.wav", null, maxSamples: 30_000));

        Assert.Contains("'long.wav'", e.Message);
        Assert.Contains("cut it into parts", e.Message);
    }

    [Fact]
    public void Register_AddsDecodersBehindTheBuiltInOnes()
    {
        AudioFile.Register(new RampDecoder());
        byte[] ramp = [.. "RAMP-TEST"u8, 100], m4a = [0, 0, 0, 32, .. "ftypM4A "u8, .. "RAMP-TEST"u8, 100];

        float[] samples = AudioFile.Read(ramp, "ramp").Samples;

        Assert.Equal(Enumerable.Range(0, 100).Select(i => i / 100f), samples);
        Assert.Throws<NotSupportedException>(() => AudioFile.Read(m4a, "still.m4a"));
        Assert.Equal(39_325, AudioFile.Read(WavPath).Samples.Length);
        Assert.Throws<ArgumentNullException>(() => AudioFile.Register(null!));
    }

    [Theory]
    [InlineData(8000, 1, 5L, 10, 0.5f, "more than the 5 frames")]
    [InlineData(8000, 1, 20L, 10, 0.5f, "10 of 20 frames")]
    [InlineData(8000, 1, null, 10, float.NaN, "holds NaN in frame 0, channel 1 of 1")]
    [InlineData(8000, 2, null, 10, float.NegativeInfinity, "holds -Infinity in frame 0, channel 1 of 2")]
    [InlineData(8000, 1, null, 10, 2e10f, "within ±1e10")]
    public void Sources_AreHeldToWhatTheyDeclare(int rate, int channels, long? frames, int given, float value, string message)
    {
        using var source = new CheckedAudioSource(new FakeSource(new(rate, channels, frames, "fake"), given, value), "fake.x", null);

        var e = Assert.Throws<InvalidDataException>(() => Sources.ReadAll(source));

        Assert.Contains("'fake.x'", e.Message);
        Assert.Contains(message, e.Message);
    }

    [Theory]
    [InlineData(0, 1, null), InlineData(800_000, 1, null), InlineData(8000, 0, null), InlineData(8000, 257, null), InlineData(8000, 1, -1L)]
    public void Sources_NeedASaneFormat(int rate, int channels, long? frames) =>
        Assert.Throws<InvalidDataException>(
            () => new CheckedAudioSource(new FakeSource(new(rate, channels, frames, "fake"), 0, 0), "fake.x", null));

    [Fact]
    public void Sources_WantRoomForOneFrame()
    {
        using var source = new CheckedAudioSource(new FakeSource(new(8000, 2, null, "fake"), 10, 0), "fake.x", null);

        Assert.Throws<ArgumentOutOfRangeException>(() => source.Read(new float[1]));
    }

    private sealed class RampDecoder : IAudioDecoder
    {
        public string Name => "ramp";

        public bool CanOpen(ReadOnlySpan<byte> head, string? nameHint) => head.StartsWith("RAMP-TEST"u8);

        public IAudioSource Open(Stream seekable, string? nameHint)
        {
            seekable.Position += 9;
            return new FakeSource(new(8000, 1, 100, "ramp"), seekable.ReadByte(), null);
        }
    }

    private sealed class FakeSource(AudioFormat format, int frames, float? value) : IAudioSource
    {
        private int _at;

        public AudioFormat Format => format;

        public int Read(Span<float> interleaved)
        {
            int count = Math.Min(interleaved.Length / format.Channels, frames - _at) * format.Channels;
            for (int i = 0; i < count; i++) interleaved[i] = value ?? (_at + i) / 100f;
            _at += count / format.Channels;
            return count;
        }

        public void Dispose()
        {
        }
    }

    /// <summary>Lets the first look at the file pass and fails later on.</summary>
    private sealed class FailingStream(byte[] bytes, int failsFrom) : MemoryStream(bytes, writable: false)
    {
        public override int Read(byte[] buffer, int offset, int count) =>
            Position < failsFrom ? base.Read(buffer, offset, count) : throw new IOException("the disk is broken");

        public override int Read(Span<byte> buffer)
        {
            byte[] copy = new byte[Math.Min(buffer.Length, 500)];
            int got = Read(copy, 0, copy.Length);
            copy.AsSpan(0, got).CopyTo(buffer);
            return got;
        }
    }
}
