using AudioBsq.Decoding;

namespace AudioBsq.Tests.Featurizers.Decoding;

/// <summary>What stands behind a FLAC stream, or between two: tags are no damage, and another recording is not left out.</summary>
[WithoutTorch]
public class FlacTailTests
{
    private static readonly byte[] Id3v1 = [.. "TAG"u8, .. new byte[125]];
    private static readonly byte[] ApeItem = [4, 0, 0, 0, 0, 0, 0, 0, .. "Title\0abcd"u8];

    // Length counts items and footer; bit 31: there is a header; bit 29: this is it.
    private static byte[] ApeFrame(uint flags) =>
        [.. "APETAGEX"u8, 0xD0, 7, 0, 0, (byte)(ApeItem.Length + 32), 0, 0, 0, 1, 0, 0, 0, .. BitConverter.GetBytes(flags), .. new byte[8]];

    private static int[] Wave(int length, int seed) => [.. Enumerable.Range(0, length).Select(i => (int)(9000 * Math.Sin(seed + i * 0.1)))];

    private static byte[] Flac(bool known, int seed, int rate = 8000, int bits = 16)
    {
        var builder = new FlacBuilder(rate, 1, bits) { DeclaresLength = known, DeclaresMd5 = known };
        return builder.Add([Wave(192, seed)], new("fixed", Order: 2)).Add([Wave(100, seed + 9)], new("verbatim")).Build();
    }

    public static TheoryData<string, byte[]> Tails => new()
    {
        { "ID3v1", Id3v1 },
        { "APE with a header", [.. ApeFrame(0xA0000000), .. ApeItem, .. ApeFrame(0x80000000)] },
        { "APE without a header", [.. ApeItem, .. ApeFrame(0)] },
        { "APE and ID3v1", [.. ApeItem, .. ApeFrame(0), .. Id3v1] },
        { "ID3v2", ContainerBytes.Id3(300) },
        { "ID3v2 with a footer", ContainerBytes.Id3(300, footer: true) },
        { "zeros", new byte[10_000] },
        { "one zero", new byte[1] },
        { "zeros and ID3v1", [.. new byte[33], .. Id3v1] },
    };

    [Theory]
    [MemberData(nameof(Tails))]
    public void Read_PassesOverWhatIsBehind(string tail, byte[] bytes)
    {
        foreach (bool known in (bool[])[true, false])
        {
            byte[] file = Flac(known, 1);

            Assert.Equal(AudioFile.Read(file, "alone").Samples, AudioFile.Read((byte[])[.. file, .. bytes], tail).Samples);
        }
    }

    [Theory]
    [MemberData(nameof(Tails))]
    public void Read_GivesAllRecordingsOfAFile(string between, byte[] bytes)
    {
        foreach (bool known in (bool[])[true, false])
        {
            byte[] one = Flac(known, 1), two = Flac(!known, 2, bits: 24), three = Flac(true, 3);
            byte[] file = between is "APE without a header" or "APE and ID3v1"
                ? [.. one, .. two, .. three] // a footer is found at the end of a file only
                : [.. one, .. bytes, .. two, .. three];
            float[] expected =
                [.. AudioFile.Read(one, "1").Samples, .. AudioFile.Read(two, "2").Samples, .. AudioFile.Read(three, "3").Samples];

            Assert.Equal(expected, AudioFile.Read(file, between).Samples);
        }
    }

    [Fact]
    public void Open_CountsAllRecordings()
    {
        byte[] file = [.. Flac(true, 1), .. ContainerBytes.Id3(70_000), .. Flac(true, 2)];

        Assert.Equal(2 * 292, AudioFile.Open(new MemoryStream(file), "two").Format.Frames);
        Assert.Null(AudioFile.Open(new MemoryStream([.. file, .. Flac(false, 3)]), "three").Format.Frames);
    }

    [Fact]
    public void Read_GoesOnBehindATagInTheMiddle()
    {
        byte[] file = new FlacBuilder(8000, 1, 16).Add([Wave(100, 1)], new("verbatim")).Add([Wave(100, 2)], new("verbatim")).Build();
        int middle = 42 + (file.Length - 42) / 2;

        byte[] tagged = [.. file[..middle], .. ContainerBytes.Id3(50), .. file[middle..]];

        Assert.Equal(AudioFile.Read(file, "whole").Samples, AudioFile.Read(tagged, "tagged").Samples);
    }

    [Fact]
    public void Read_RefusesRecordingsOfDifferentRates()
    {
        byte[] file = [.. Flac(true, 1), .. Flac(true, 2, rate: 16_000)];

        Assert.Contains("split it", Assert.Throws<NotSupportedException>(() => AudioFile.Read(file, "two.flac")).Message);
    }

    [Fact]
    public void Read_RefusesMoreBlocksThanDeclared()
    {
        byte[] file = Flac(true, 1), longer = [.. file, .. Flac(true, 2)[42..]];

        Assert.Contains(
            "more samples than declared", Assert.Throws<InvalidDataException>(() => AudioFile.Read(longer, "more.flac")).Message);
    }

    [Fact]
    public void Read_RefusesATruncatedRecordingBeforeAnother()
    {
        byte[] cut = new FlacBuilder(8000, 1, 16).Add([Wave(100, 1)], new("verbatim")).Add([Wave(100, 2)], new("verbatim")).Build();

        byte[] file = [.. cut[..(42 + (cut.Length - 42) / 2)], .. Flac(true, 2)];

        Assert.Contains(
            "100 of 200 frames could be decoded; then another recording starts",
            Assert.Throws<InvalidDataException>(() => AudioFile.Read(file, "cut.flac")).Message);
    }

    [Fact]
    public void Read_RefusesJunkBehindAnOpenStream() =>
        Assert.Contains(
            "no block starts where one should",
            Assert.Throws<InvalidDataException>(() => AudioFile.Read((byte[])[.. Flac(false, 1), 1, 2, 3], "junk.flac")).Message);

    [Fact]
    public void Read_LeavesLowFrequenciesOutOfTheMean()
    {
        int[][] channels = [.. Enumerable.Range(0, 6).Select(c => Enumerable.Repeat(c == 3 ? 16_000 : 1000, 32).ToArray())];
        byte[] file = new FlacBuilder(8000, 6, 16).Add(channels, new("verbatim")).Build();

        Assert.Equal(Enumerable.Repeat(1000 / 32768f, 32), AudioFile.Read(file, "surround").Samples);
    }
}
