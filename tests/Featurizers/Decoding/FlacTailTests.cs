using AudioBsq.Decoding;

namespace AudioBsq.Tests.Featurizers.Decoding;

[WithoutTorch]
public class FlacTailTests
{
    private const int HeaderLength = 42;

    private static readonly byte[] Id3v1 = [.. "TAG"u8, .. new byte[125]];
    private static readonly byte[] Id3v2 = [.. "ID3"u8, 4, 0, 0, 0, 0, 1, 2, .. Enumerable.Repeat((byte)0xFF, 130)];
    private static readonly byte[] Ape = [.. "APETAGEX"u8, .. ApeFields(0xA0), .. new byte[18], .. "APETAGEX"u8, .. ApeFields(0x80)];
    private static readonly byte[] Zeros = new byte[100_000];

    public static TheoryData<byte[]> Tags => [Id3v1, Id3v2, Ape, Zeros, [.. Zeros, .. Ape, .. Id3v2, .. Id3v1]];

    /// <summary>What follows the name of an APE tag with 18 bytes of items: version, size with the footer, items, flags.</summary>
    private static byte[] ApeFields(byte flags) => [0xD0, 7, 0, 0, 50, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, flags, .. new byte[8]];

    private static int[] Noise(int seed, int length = 300)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, length).Select(_ => random.Next(-30_000, 30_000))];
    }

    /// <summary>Two blocks of 300 frames.</summary>
    private static FlacBuilder Two(int seed, bool length = true, int channels = 1, int rate = 16_000)
    {
        int[][] Block(int block) => [.. Enumerable.Range(0, channels).Select(channel => Noise(seed * 100 + block * 10 + channel))];
        var flac = new FlacBuilder(rate, channels, 16) { DeclaresLength = length };
        return flac.Add(Block(1), new("verbatim")).Add(Block(2), new("verbatim"));
    }

    private static float[] Read(params byte[] file) => AudioFile.Read(file, "x.flac").Samples;

    private static string Refusal(params byte[] file)
    {
        string message = Assert.Throws<InvalidDataException>(() => Read(file)).Message;
        Assert.Contains("'x.flac'", message);
        return message;
    }

    [Theory]
    [MemberData(nameof(Tags))]
    public void Read_EndsWithTheSound_WhenTagsAreBehind(byte[] tag)
    {
        foreach (bool length in new[] { true, false })
        {
            var flac = Two(1, length);

            Assert.Equal(flac.Expected, Read([.. flac.Build(), .. tag]));
        }
    }

    [Theory]
    [MemberData(nameof(Tags))]
    public void Read_GoesOn_WhenATagIsBetweenTwoBlocks(byte[] tag)
    {
        var flac = Two(1);
        byte[] file = flac.Build();
        int second = HeaderLength + (file.Length - HeaderLength) / 2;

        float[] samples = Read([.. file[..second], .. tag, .. file[second..]]);

        Assert.Equal(flac.Expected, samples);
    }

    [Theory]
    [MemberData(nameof(Tags))]
    public void Read_GivesAllStreamsOfAFile(byte[] tag)
    {
        foreach (bool length in new[] { true, false })
        {
            var (one, two, three) = (Two(1, length), Two(2, length), Two(3));

            float[] samples = Read([.. one.Build(), .. two.Build(), .. tag, .. three.Build()]);

            Assert.Equal([.. one.Expected, .. two.Expected, .. three.Expected], samples);
        }
    }

    [Fact]
    public void Read_GivesAllStreams_WhenTheyAreTheSame()
    {
        var flac = Two(1, channels: 2);
        byte[] file = [.. flac.Build(), .. flac.Build()];

        Assert.Equal([.. flac.Expected, .. flac.Expected], Sources.ReadAll(new FlacDecoder(), file, block: 14));
    }

    [Theory]
    [InlineData(true, true, 1200L), InlineData(true, false, null), InlineData(false, true, null)]
    public void Format_HasTheLengthOfAllStreams_WhenAllDeclareIt(bool first, bool second, long? frames)
    {
        using var stream = new MemoryStream([.. Two(1, first).Build(), .. Two(2, second).Build()]);
        using var source = AudioFile.Open(stream, "x.flac");

        Assert.Equal(frames, source.Format.Frames);
    }

    [Theory]
    [InlineData(1, 8_000), InlineData(2, 16_000)]
    public void Read_RefusesStreams_WhenTheFormatChanges(int channels, int rate)
    {
        byte[] file = [.. Two(1).Build(), .. Two(2, true, channels, rate).Build()];

        var e = Assert.Throws<NotSupportedException>(() => Read(file));

        Assert.Contains("'x.flac' holds several FLAC recordings", e.Message);
    }

    [Fact]
    public void Read_RefusesAFile_WhenItsSecondStreamIsTruncated()
    {
        byte[] file = [.. Two(1).Build(), .. Two(2).Build()];

        Assert.Contains("truncated: 300 of 600 frames", Refusal(file[..^10]));
    }

    [Fact]
    public void Read_RefusesSoundBehindTheDeclaredLength()
    {
        byte[] one = Two(1).Build(), two = Two(2).Build();

        string block = Refusal([.. one, .. two[HeaderLength..]]);
        string behindTag = Refusal([.. one, .. Id3v2, .. two[HeaderLength..]]);

        Assert.All([block, behindTag], message => Assert.Contains("more samples than declared", message));
    }

    [Fact]
    public void Read_RefusesUnknownBytesBehindTheSound_OnlyWhenNoLengthSaysThatItIsThere()
    {
        byte[] junk = [.. Enumerable.Repeat((byte)0x55, 1000)];

        Assert.Equal(600, Read([.. Two(1).Build(), .. junk]).Length);
        Assert.Contains("600 frames could be decoded; then no block starts", Refusal([.. Two(1, length: false).Build(), .. junk]));
    }

    [Theory]
    [InlineData(5, null), InlineData(6, 3), InlineData(7, 3), InlineData(8, 3)]
    public void Format_HasTheLowFrequencyChannel_OfTheFixedOrders(int channels, int? place)
    {
        using var source = new FlacDecoder().Open(new MemoryStream(Two(1, channels: channels).Build()), null);

        Assert.Equal(place, source.Format.LfeChannel);
    }

    [Theory]
    [InlineData("WAVEFORMATEXTENSIBLE_CHANNEL_MASK=0xB", 3, 2), InlineData("waveformatextensible_channel_mask=0x000B", 3, 2)]
    [InlineData("WAVEFORMATEXTENSIBLE_CHANNEL_MASK=0x137", 6, null), InlineData("WAVEFORMATEXTENSIBLE_CHANNEL_MASK=0xF", 3, null)]
    [InlineData("WAVEFORMATEXTENSIBLE_CHANNEL_MASK=0xno", 6, 3), InlineData("TITLE=five to one", 6, 3)]
    public void Format_HasTheLowFrequencyChannel_OfTheMask(string comment, int channels, int? place)
    {
        byte[] file = Two(1, channels: channels).Build();
        byte[] body =
        [
            3, 0, 0, 0, .. "us:"u8, 2, 0, 0, 0, 3, 0, 0, 0, .. "A=B"u8, (byte)comment.Length, 0, 0, 0, .. comment.Select(c => (byte)c),
        ];
        file[4] = 0; // not the last metadata any more
        byte[] tagged = [.. file[..HeaderLength], 0x84, 0, 0, (byte)body.Length, .. body, .. file[HeaderLength..]];

        using var source = new FlacDecoder().Open(new MemoryStream(tagged), null);

        Assert.Equal(place, source.Format.LfeChannel);
    }
}
