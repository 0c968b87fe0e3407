using System.Buffers.Binary;
using AudioBsq.Decoding;

namespace AudioBsq.Tests.Featurizers.Decoding;

[WithoutTorch]
public class OggDecoderTests
{
    private static byte[] Bytes(string file) => File.ReadAllBytes(TestData.PathOf("audio", file));

    private static float[] Samples(byte[] file) => Sources.ReadAll(AudioFile.Open(new MemoryStream(file), "a.ogg"));

    private static string? WarningOf(byte[] file) => ((CheckedAudioSource)AudioFile.Open(new MemoryStream(file), "a.ogg")).Warning;

    private static string Refusal<T>(byte[] file) where T : Exception => Assert.Throws<T>(() => Samples(file)).Message;

    /// <summary>Eighths of the way, another channel each: what ffmpeg 4.3 decodes, Opus by libopus.</summary>
    [Theory]
    [InlineData(
        "vorbis-mono.ogg", "Ogg Vorbis", 22_050, 1, 39_325, 2e-5,
        new[] { -0.09364f, -0.16607f, 0.17051f, 0.05415f, -0.04887f, 0.01256f, -0.1377f })]
    [InlineData(
        "vorbis-3.ogg", "Ogg Vorbis", 48_000, 3, 85_606, 2e-5,
        new[] { -0.04894f, -0.1706f, 0.18552f, 0.02565f, -0.04247f, 0.01531f, -0.02885f })]
    [InlineData(
        "opus-60ms.opus", "Ogg Opus", 48_000, 1, 85_606, 2e-5,
        new[] { -0.0928f, -0.23428f, 0.1954f, 0.05042f, -0.03436f, 0.00494f, -0.02444f })]
    [InlineData(
        "opus-mono.opus", "Ogg Opus", 48_000, 1, 85_606, 9e-3,
        new[] { -0.09351f, -0.22781f, 0.20905f, 0.0397f, -0.04993f, 0.01523f, 0.00635f })]
    [InlineData(
        "opus-51.opus", "Ogg Opus", 48_000, 6, 85_606, 9e-3,
        new[] { -0.0477f, -0.23792f, 0.01263f, 0.01108f, -0.00452f, 0.01511f, -0.03339f })]
    public void Read_GivesWhatFfmpegDoes(string file, string codec, int rate, int channels, int frames, double tolerance, float[] expected)
    {
        using var source = AudioFile.Open(TestData.PathOf("audio", file));
        float[] samples = Sources.ReadAll(source);

        Assert.Equal(new AudioFormat(rate, channels, frames, codec) { LfeChannel = channels == 6 ? 3 : null }, source.Format);
        Assert.Equal(frames * channels, samples.Length);
        for (int i = 1; i < 8; i++)
        {
            int frame = (int)((long)frames * i / 8);
            Assert.Equal(expected[i - 1], samples[frame * channels + i % channels], tolerance);
        }
    }

    [Theory]
    [InlineData("vorbis-mono.ogg")]
    [InlineData("opus-mono.opus")]
    public void Read_GivesAllRecordings_WhenSeveralAreChained(string file)
    {
        byte[] one = Bytes(file);

        float[] samples = Samples([.. one, .. one]);

        Assert.Equal([.. Samples(one), .. Samples(one)], samples);
    }

    [Fact]
    public void Read_SaysWhere_WhenTheFormatChangesOnTheWay()
    {
        byte[] first = Bytes("vorbis-mono.ogg");

        string message = Refusal<NotSupportedException>([.. first, .. Bytes("opus-mono.opus")]);

        Assert.Contains($"at byte {first.Length}: split it", message);
    }

    [Fact]
    public void Read_SaysWhichPage_WhenAByteIsWrong()
    {
        byte[] file = Bytes("vorbis-mono.ogg");
        int page = file.AsSpan().LastIndexOf("OggS"u8);
        file[page + 100] ^= 1;

        Assert.Contains($"checksum of the page at byte {page} is wrong", Refusal<InvalidDataException>(file));
    }

    [Theory]
    [InlineData(10)]
    [InlineData(3000)]
    public void Read_Throws_WhenTheFileEndsInAPage(int missing)
    {
        Assert.Contains("truncated", Refusal<InvalidDataException>(Bytes("vorbis-mono.ogg")[..^missing]));
    }

    [Fact]
    public void Read_Throws_WhenAPageIsMissing()
    {
        var pages = OggPageList.Of(Bytes("opus-mono.opus"));
        var again = OggPageList.Of(Bytes("opus-mono.opus"));
        pages.RemoveAt(5);
        again[5][5] ^= 1; // goes on or does not

        Assert.Contains("sound before it is missing", Refusal<InvalidDataException>(OggPageList.Join(pages)));
        Assert.Contains("does not go on", Refusal<InvalidDataException>(OggPageList.Join(again)));
    }

    [Fact]
    public void Read_GivesAllOrWarns_WhenTheEndMarkIsMissing()
    {
        byte[] whole = Bytes("vorbis-mono.ogg");
        var pages = OggPageList.Of(whole);
        pages[^1][5] &= 0xFB;
        byte[] unmarked = OggPageList.Join(pages);

        Assert.Equal(Samples(whole), Samples(unmarked));
        Assert.Contains("not marked as ended", WarningOf(unmarked));
        Assert.Null(WarningOf(whole));
    }

    [Theory]
    [InlineData("vorbis-mono.ogg")]
    [InlineData("opus-mono.opus")]
    public void Read_IgnoresATagBehindTheEnd_ButNoPages(string file)
    {
        byte[] whole = Bytes(file), tagged = [.. whole, .. "TAG"u8, .. new byte[125]];

        Assert.Equal(Samples(whole), Samples(tagged));
        Assert.Contains($"no page starts at byte {whole.Length}", Refusal<InvalidDataException>([.. tagged, .. whole]));
    }

    [Fact]
    public void Read_GivesTheFirstSound_WhenStreamsAreMixed()
    {
        byte[] whole = Bytes("vorbis-mono.ogg");
        var pages = OggPageList.Of(whole);
        pages.Insert(0, OggPageList.Other(2, 0, [.. "fishead\0"u8]));
        for (int i = pages.Count - 1, n = 1; i > 2; i--, n++) pages.Insert(i, OggPageList.Other(0, (uint)n, [1, 2, 3]));

        float[] samples = Samples(OggPageList.Join(pages));

        Assert.Equal(Samples(whole), samples);
    }

    [Fact]
    public void Read_AppliesTheGainOfTheHeader()
    {
        var pages = OggPageList.Of(Bytes("opus-60ms.opus"));
        BinaryPrimitives.WriteInt16LittleEndian(pages[0].AsSpan(28 + 16), -6 * 256);

        float[] plain = Samples(Bytes("opus-60ms.opus")), quiet = Samples(OggPageList.Join(pages));

        Assert.Equal(plain.Max() * Math.Pow(10, -6 / 20.0), quiet.Max(), 1e-6);
    }

    [Fact]
    public void Read_Throws_WhenACodebookAsksForTooMuch()
    {
        var pages = OggPageList.Of(Bytes("vorbis-mono.ogg"));
        int book = pages[1].AsSpan().IndexOf("BCV"u8);
        pages[1].AsSpan(book + 5, 3).Fill(0xFF);

        Assert.Contains("16777215 entries", Refusal<InvalidDataException>(OggPageList.Join(pages)));
    }

    [Fact]
    public void Open_SaysWhatItIs_WhenTheCodecIsNotRead()
    {
        byte[] page = OggPageList.Other(2, 0, [.. "Speex   1.2"u8]);

        Assert.Contains("is Ogg Speex", Refusal<NotSupportedException>(OggPageList.Join([page])));
    }

    [Theory]
    [InlineData("vorbis-mono.ogg", 1)]
    [InlineData("opus-51.opus", 2)]
    [Trait("Speed", "Slow")]
    public void Read_ReadsOrRefuses_WhenPacketsAreChanged(string file, int seed)
    {
        var random = new Random(seed);
        byte[] whole = Bytes(file);
        for (int i = 0; i < 300; i++)
        {
            var pages = OggPageList.Of(whole);
            for (int n = random.Next(1, 20); n > 0; n--)
            {
                byte[] page = pages[random.Next(pages.Count)];
                page[random.Next(27 + page[26], page.Length)] = (byte)random.Next(256);
            }

            var error = Record.Exception(() => Samples(OggPageList.Join(pages)));

            Assert.True(error is null or InvalidDataException or NotSupportedException, $"change {i}: {error}");
        }
    }
}
