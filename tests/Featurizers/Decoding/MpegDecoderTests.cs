using AudioBsq.Decoding;

namespace AudioBsq.Tests.Featurizers.Decoding;

[WithoutTorch]
public class MpegDecoderTests
{
    /// <summary>What rounding FFmpeg's samples to 16 bits changes, and its decoder for layer II, which counts in whole numbers.</summary>
    private const float Tolerance = 4e-5f;

    private static byte[] Clip(string name) => File.ReadAllBytes(TestData.PathOf("audio", "mpeg", name));

    private static byte[] Tagged => Clip("vbr-44k.mp3");

    private static byte[] Untagged => Clip("vbr-untagged-16k.mp3");

    private static float[] Read(byte[] file) => Sources.ReadAll(new MpegDecoder(), file);

    /// <summary>Where frames start, and where the last ends.</summary>
    private static int[] Starts(byte[] file)
    {
        var starts = new List<int> { 0 };
        while (MpegFrameHeader.TryRead(file.AsSpan(starts[^1]), out var header)) starts.Add(starts[^1] + header.Length);
        return [.. starts];
    }

    /// <summary>A first frame with a tag in front of frames without one.</summary>
    private static byte[] WithLengthTag(byte[] file, int at, byte[] tag)
    {
        byte[] frame = new byte[Starts(file)[1]];
        file.AsSpan(0, 4).CopyTo(frame);
        tag.CopyTo(frame, at);
        return [.. frame, .. file];
    }

    [Theory]
    [InlineData("vbr-44k.mp3", 44_100, 1, 26_460), InlineData("stereo-32k.mp3", 32_000, 2, 19_521)]
    [InlineData("vbr-untagged-16k.mp3", 16_000, 1, null), InlineData("untagged-11k.mp3", 11_025, 1, null)]
    [InlineData("layer2-48k.mp2", 48_000, 1, null)]
    public void Open_AgreesWithFFmpeg(string name, int rate, int channels, int? frames)
    {
        using var source = AudioFile.Open(TestData.PathOf("audio", "mpeg", name));
        using var reference = AudioFile.Open(TestData.PathOf("audio", "mpeg", Path.ChangeExtension(name, ".flac")));
        float[] actual = Sources.ReadAll(source), expected = Sources.ReadAll(reference);

        Assert.Equal((rate, channels, (long?)frames), (source.Format.SampleRate, source.Format.Channels, source.Format.Frames));
        Assert.Equal(expected.Length, actual.Length);
        Close.To(expected, actual, Tolerance);
    }

    public static TheoryData<string, byte[], byte[]> Surroundings => new()
    {
        { "ID3 and zeros", [.. "ID3"u8, 3, 0, 0, 0, 0, 0, 20, .. new byte[20], .. new byte[1500]], [] },
        { "two ID3", [.. "ID3"u8, 3, 0, 0, 0, 0, 0, 5, .. new byte[5], .. "ID3"u8, 4, 0, 0, 0, 0, 0, 0], [] },
        { "noise", Noise(30_000, seed: 1), [] },
        { "ID3v1", [], [.. "TAG"u8, .. new byte[125]] },
        { "APE", [], [.. "APETAGEX"u8, 208, 7, 0, 0, 40, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0xA0, .. new byte[8], .. Noise(40, seed: 2)] },
        { "Lyrics3", [], [.. "LYRICSBEGININD00003110"u8, .. "000030LYRICS200"u8, .. "TAG"u8, .. new byte[125]] },
        { "zeros", [], new byte[5000] },
    };

    private static byte[] Noise(int length, int seed)
    {
        byte[] noise = new byte[length];
        new Random(seed).NextBytes(noise);
        return noise;
    }

    [Theory]
    [MemberData(nameof(Surroundings))]
    public void Read_PassesOverWhatIsNoSound(string what, byte[] before, byte[] behind)
    {
        byte[] surrounded = [.. before, .. Untagged, .. behind];

        var waveform = AudioFile.Read(surrounded, what);

        Assert.Equal(AudioFile.Read(Untagged, what).Samples, waveform.Samples);
    }

    [Fact]
    public void Read_PassesOverNoise_WhenAllDeclaredFramesAreThere()
    {
        byte[] file = [.. Tagged, .. Noise(5000, seed: 3)];

        Assert.Equal(Read(Tagged), Read(file));
    }

    [Fact]
    public void Read_ReadsAllRecordings_WhenSeveralStandInOneFile()
    {
        float[] tagged = Read(Tagged), untagged = Read(Untagged);
        byte[] id3 = [.. "TAG"u8, .. new byte[125], .. "ID3"u8, 4, 0, 0, 0, 0, 0, 0];

        Assert.Equal([.. tagged, .. tagged], Read([.. Tagged, .. Tagged]));
        Assert.Equal([.. tagged, .. tagged, .. tagged], Read([.. Tagged, .. id3, .. Tagged, .. Tagged]));
        Assert.Equal(2 * untagged.Length, Read([.. Untagged, .. id3, .. Untagged]).Length);
    }

    [Fact]
    public void Read_SaysWhere_WhenTheFormatChanges()
    {
        byte[] file = [.. Untagged, .. Clip("untagged-11k.mp3")];

        var e = Assert.Throws<NotSupportedException>(() => AudioFile.Read(file, "two.mp3"));

        Assert.Contains("'two.mp3' (MP3)", e.Message);
        Assert.Contains("from layer 3 of 16000 Hz and 1 channels to layer 3 of 11025 Hz and 1 channels", e.Message);
        Assert.Contains($"at byte {Untagged.Length}:", e.Message);
    }

    [Fact]
    public void Read_SaysHowMuchWasThere_WhenTruncated()
    {
        int[] starts = Starts(Tagged);

        var inFrame = Assert.Throws<InvalidDataException>(() => AudioFile.Read(Tagged.AsMemory(0, starts[^1] - 20), "cut.mp3"));
        var between = Assert.Throws<InvalidDataException>(() => AudioFile.Read(Tagged.AsMemory(0, starts[10]), "cut.mp3"));
        var untagged = Assert.Throws<InvalidDataException>(() => AudioFile.Read(Untagged.AsMemory(0, Untagged.Length - 20), "cut.mp3"));

        Assert.Contains("of 26460 frames", inFrame.Message);
        Assert.Contains($"'cut.mp3' (MP3) is truncated: {9 * 1152 - 1105} of 26460 frames", between.Message);
        Assert.Contains($"then the frame at byte {Starts(Untagged)[^2]} is incomplete", untagged.Message);
    }

    [Fact]
    public void Read_SaysWhichIsShort_WhenOneOfSeveralRecordingsIs()
    {
        byte[] file = [.. Tagged[..Starts(Tagged)[10]], .. Tagged];

        var e = Assert.Throws<InvalidDataException>(() => Read(file));

        Assert.Contains("9 of 24 MPEG frames are there", e.Message);
    }

    [Theory]
    [InlineData(0), InlineData(1), InlineData(5), InlineData(20)]
    public void Read_NamesTheByte_WhenAHeaderIsDamaged(int frame)
    {
        byte[] file = Tagged;
        int at = Starts(file)[frame];
        file[at] = 0x12;

        var e = Assert.Throws<InvalidDataException>(() => AudioFile.Read(file, "hurt.mp3"));

        Assert.Contains("'hurt.mp3'", e.Message);
        Assert.Contains($"at byte {at},", e.Message);
    }

    [Fact]
    public void Read_NamesTheByte_WhenZerosStandInTheMiddle()
    {
        byte[] file = Untagged;
        int[] starts = Starts(file);
        file.AsSpan(starts[5], starts[9] - starts[5]).Clear();

        var e = Assert.Throws<InvalidDataException>(() => Read(file));

        Assert.Contains($"2880 frames (0.18 s) could be decoded; then no frame starts at byte {starts[5]}", e.Message);
    }

    [Fact]
    public void Read_KeepsTheLength_WhenTheFirstFramesBorrowFromMissingOnes()
    {
        int[] starts = Starts(Untagged);

        float[] cut = Read(Untagged[starts[4]..]);

        Assert.Equal(Read(Untagged).Length - 4 * 576, cut.Length);
        Close.To(Read(Untagged).AsSpan(8 * 576), cut.AsSpan(4 * 576), Tolerance);
    }

    [Theory]
    [InlineData(0, true), InlineData(1, true), InlineData(2, false)]
    public void Read_AcceptsACountThatIncludesTheTag_WhenNoEncoderIsNamed(int tooMany, bool isRead)
    {
        byte frames = (byte)(Starts(Untagged).Length - 1 + tooMany);
        byte[] xing = WithLengthTag(Untagged, 13, [.. "Xing"u8, 0, 0, 0, 1, 0, 0, 0, frames]);
        byte[] vbri = WithLengthTag(Untagged, 36, [.. "VBRI"u8, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, frames]);

        foreach (byte[] file in new[] { xing, vbri })
        {
            if (isRead) Assert.Equal(Read(Untagged), Read(file));
            else Assert.Contains("MPEG frames are there", Assert.Throws<InvalidDataException>(() => Read(file)).Message);
        }
    }

    [Fact]
    public void Open_ReadsAPartOfAnotherStream()
    {
        var whole = new MemoryStream([.. new byte[77], .. Untagged, .. Noise(500, seed: 4)]) { Position = 77 };

        using var source = new MpegDecoder().Open(new StreamPart(whole, 77, Untagged.Length), "part");

        Assert.Equal(Read(Untagged), Sources.ReadAll(source));
    }

    [Fact]
    public void Open_SaysWhatToDo_WhenItIsNotRead()
    {
        byte[] frame = [0xFF, 0xFB, 0x00, 0xC0, .. new byte[600]];
        byte[] freeFormat = [.. frame, .. frame, .. frame];

        Assert.Contains("free format", Assert.Throws<NotSupportedException>(() => AudioFile.Read(freeFormat, "free.mp3")).Message);
        Assert.Contains(
            "convert it", Assert.Throws<NotSupportedException>(() => AudioFile.Read(Clip("short-blocks-8k.mp3"), "8k.mp3")).Message);
    }

    [Fact]
    public void Open_TakesNoNoiseForSound()
    {
        for (int seed = 0; seed < 100; seed++)
        {
            byte[] noise = Noise(100_000, seed);

            Assert.Contains("unknown binary data", Assert.Throws<InvalidDataException>(() => AudioFile.Read(noise, "noise")).Message);
        }
    }
}
