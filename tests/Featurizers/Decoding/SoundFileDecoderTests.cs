using AudioBsq.Decoding;

namespace AudioBsq.Tests.Featurizers.Decoding;

[WithoutTorch]
public class SoundFileDecoderTests
{
    private static readonly string Mp3Path = TestData.PathOf("audio", "LJ001-0008.mp3");

    /// <summary>One second of two tones, different in each channel.</summary>
    private static float[] Tones(int rate, int channels) =>
        [
            .. Enumerable.Range(0, rate * channels)
                .Select(i => 0.4f * MathF.Sin(i / channels * 2 * MathF.PI * 300 * (1 + i % channels) / rate)),
        ];

    [SkippableTheory]
    [InlineData(SoundFileEncoder.Mpeg | SoundFileEncoder.LayerIII, "MP3", 44_100, 2, 20)]
    [InlineData(SoundFileEncoder.Mpeg | SoundFileEncoder.LayerIII, "MP3", 16_000, 1, 20)]
    public void Open_ReadsWhatLibsndfileWrote(int format, string codec, int rate, int channels, double decibels)
    {
        SoundFileEncoder.SkipWithout(format, codec);
        float[] tones = Tones(rate, channels);
        byte[] file = SoundFileEncoder.Encode(format, rate, channels, tones);

        using var source = AudioFile.Open(new MemoryStream(file), "tones");
        float[] decoded = Sources.ReadAll(source);

        Assert.Equal((rate, channels, codec), (source.Format.SampleRate, source.Format.Channels, source.Format.Codec));
        // Block codecs without a length of their own fill their last block.
        Assert.InRange(decoded.Length, tones.Length, tones.Length + 4096 * channels);
        Assert.True(
            Sounds.SignalToNoise(tones, decoded.AsSpan(0, tones.Length)) > decibels,
            $"{Sounds.SignalToNoise(tones, decoded.AsSpan(0, tones.Length)):0.0} dB");
    }

    [Fact]
    public void Open_SaysHowToInstallIt_WhenLibsndfileIsMissing()
    {
        var decoder = new SoundFileDecoder(new NativeLibraryFile("sndfile", "AUDIOBSQ_TEST_SNDFILE", ["no-such-library-anywhere"]));
        using var stream = File.OpenRead(Mp3Path);

        var e = Assert.Throws<NotSupportedException>(() => decoder.Open(stream, "speech.mp3"));

        string[] told =
        [
            "'speech.mp3'", "MP3", "apt-get install libsndfile1", "brew install libsndfile", "vcpkg",
            "AUDIOBSQ_TEST_SNDFILE", "FLAC or WAV",
        ];
        foreach (string part in told) Assert.Contains(part, e.Message);
    }

    [Fact]
    public void Open_SaysThatTheVariableIsWrong_WhenItNamesNoLibrary()
    {
        const string Variable = "AUDIOBSQ_TEST_SNDFILE_WRONG";
        Environment.SetEnvironmentVariable(Variable, "/nowhere/libsndfile.so");
        using var stream = File.OpenRead(Mp3Path);

        var e = Assert.Throws<NotSupportedException>(
            () => new SoundFileDecoder(new NativeLibraryFile("sndfile", Variable, ["libsndfile.so.1"])).Open(stream, "speech.mp3"));

        Environment.SetEnvironmentVariable(Variable, null);
        Assert.Contains($"could not be loaded from '/nowhere/libsndfile.so', which {Variable} names", e.Message);
    }

    [SkippableFact]
    public void Read_SaysHowMuchWasThere_WhenMp3IsTruncated()
    {
        SoundFileEncoder.SkipWithout(SoundFileEncoder.Mpeg | SoundFileEncoder.LayerIII, "MP3");
        byte[] file = File.ReadAllBytes(Mp3Path);

        var e = Assert.Throws<InvalidDataException>(() => AudioFile.Read(file.AsMemory(0, file.Length / 2), "cut.mp3"));

        Assert.Contains("'cut.mp3' (MP3) is truncated", e.Message);
        Assert.Contains("of 39325 frames", e.Message);
    }

    [SkippableFact]
    public void Read_GoesToTheEnd_WhenMp3DeclaresNoLength()
    {
        SoundFileEncoder.SkipWithout(SoundFileEncoder.Mpeg | SoundFileEncoder.LayerIII, "MP3");
        byte[] file = File.ReadAllBytes(Mp3Path);
        int first = file.AsSpan().IndexOf<byte>([0xFF, 0xF3]), second = first + 4 + file.AsSpan(first + 4).IndexOf<byte>([0xFF, 0xF3]);

        using var source = AudioFile.Open(new MemoryStream(file[second..]), "no length");

        Assert.Null(source.Format.Frames);
        Assert.InRange(Sources.ReadAll(source).Length, 39_325, 39_325 + 3 * 576);
    }

    [SkippableFact]
    public void Read_RefusesSeveralRecordingsInOneFile_RatherThanDropAllButTheFirst()
    {
        SoundFileEncoder.SkipWithout(SoundFileEncoder.Mpeg | SoundFileEncoder.LayerIII, "MP3");
        byte[] mp3 = File.ReadAllBytes(Mp3Path);
        byte[] twoMp3 = [.. mp3, .. mp3];

        Assert.Contains("split it", Assert.Throws<NotSupportedException>(() => AudioFile.Read(twoMp3, "two.mp3")).Message);
    }

    [SkippableFact]
    public void Read_PassesOnWhatTheStreamThrows()
    {
        SoundFileEncoder.SkipWithout(SoundFileEncoder.Mpeg | SoundFileEncoder.LayerIII, "MP3");
        using var stream = new FailingStream(File.ReadAllBytes(Mp3Path), failsFrom: 4000);

        var e = Assert.Throws<IOException>(() => AudioFile.Read(stream, "broken disk"));

        Assert.Equal("the disk is broken", e.Message);
    }

    [SkippableFact]
    public void Read_WorksOnManyThreads()
    {
        SoundFileEncoder.SkipWithout(SoundFileEncoder.Mpeg | SoundFileEncoder.LayerIII, "MP3");
        float[] expected = AudioFile.Read(Mp3Path).Samples;
        byte[] bad = [0xFF, 0xFB, 0x90, 0x64, 1, 2, 3];

        Parallel.For(0, 64, i =>
        {
            if (i % 2 == 0) Assert.Equal(expected, AudioFile.Read(Mp3Path).Samples);
            else Assert.ThrowsAny<Exception>(() => AudioFile.Read(bad, $"bad {i}"));
        });
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
