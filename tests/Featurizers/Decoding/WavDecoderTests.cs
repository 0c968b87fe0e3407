using System.Buffers.Binary;
using AudioBsq.Decoding;
using static AudioBsq.Tests.Featurizers.Decoding.WavBytes;

namespace AudioBsq.Tests.Featurizers.Decoding;

[WithoutTorch]
public class WavDecoderTests
{
    public static TheoryData<string, byte[], byte[], float[]> Subtypes => new()
    {
        { "8-bit", Format(1, 1, 8000, 8), [0, 64, 128, 255], [-1f, -0.5f, 0f, 127 / 128f] },
        { "16-bit", Format(1, 1, 8000, 16), [0, 0x80, 0, 0xC0, 0, 0, 0xFF, 0x7F], [-1f, -0.5f, 0f, 32767 / 32768f] },
        {
            "24-bit",
            Format(1, 1, 8000, 24),
            [0, 0, 0x80, 0, 0, 0xC0, 1, 0, 0, 0xFF, 0xFF, 0x7F],
            [-1f, -0.5f, 1 / 8388608f, 8388607 / 8388608f]
        },
        { "32-bit", Format(1, 1, 8000, 32), [0, 0, 0, 0x80, 0, 0, 0, 0x40, 0, 1, 0, 0], [-1f, 0.5f, 256 / 2147483648f] },
        { "12 bits in 16", Format(1, 1, 8000, 12), [0, 0x80, 0x10, 0], [-1f, 16 / 32768f] },
        { "float", Format(3, 1, 8000, 32), [.. BitConverter.GetBytes(0.3f), .. BitConverter.GetBytes(-1.5f)], [0.3f, -1.5f] },
        { "double", Format(3, 1, 8000, 64), [.. BitConverter.GetBytes(0.3), .. BitConverter.GetBytes(-1.5)], [0.3f, -1.5f] },
        { "mu-law", Format(7, 1, 8000, 8), [0x00, 0x80, 0xFF, 0x7F, 0xFE], [-32124 / 32768f, 32124 / 32768f, 0, 0, 8 / 32768f] },
        { "A-law", Format(6, 1, 8000, 8), [0x2A, 0xAA, 0x55, 0xD5], [-32256 / 32768f, 32256 / 32768f, -8 / 32768f, 8 / 32768f] },
        { "extensible PCM", Extensible(1, 1, 8000, 32, 24), [0, 0, 0, 0x80], [-1f] },
        { "extensible float", Extensible(3, 1, 8000, 32, 32), BitConverter.GetBytes(0.25f), [0.25f] },
        { "extensible mu-law", Extensible(7, 1, 8000, 8, 8), [0x80], [32124 / 32768f] },
    };

    [Theory]
    [MemberData(nameof(Subtypes))]
    public void Read_KnowsEverySubtype(string subtype, byte[] format, byte[] data, float[] expected)
    {
        byte[] file = File(Chunk("fmt ", format), Chunk("data", data));

        var waveform = AudioFile.Read(file, subtype);

        Assert.Equal(expected, waveform.Samples);
        Assert.Equal(8000, waveform.SampleRate);
    }

    [Fact]
    public void Read_SkipsChunksOfAnyLengthAndOrder()
    {
        byte[] file = File(Chunk("JUNK", [1, 2, 3]), Chunk("bext", new byte[700]), Chunk("fmt ", [.. Format(1, 1, 8000, 16), 0, 0]),
            Chunk("LIST", new byte[5]), Chunk("data", Samples(16384, -16384)), Chunk("id3 ", [1]));

        Assert.Equal([0.5f, -0.5f], AudioFile.Read(file, "chunks").Samples);
    }

    [Theory]
    [InlineData("RIFF", 0xFFFFFFFF, 0xFFFFFFFF)] // ffmpeg into a pipe
    [InlineData("RIFF", 0x7FFFF024, 0x7FFFF000)] // sox into a pipe
    [InlineData("RIFF", 0, 0)]
    [InlineData("RIFF", 36, 0)] // a recorder that was cut off
    public void Read_GoesToTheEnd_WhenTheWriterLeftTheSizeOpen(string magic, uint riffSize, uint dataSize)
    {
        byte[] file = File(magic, riffSize, Chunk("fmt ", Format(1, 1, 8000, 16)), Chunk("data", Samples(16384, -16384, 0), dataSize));

        Assert.Equal([0.5f, -0.5f, 0f], AudioFile.Read(file, "open").Samples);
    }

    [Theory]
    [InlineData("RF64"), InlineData("BW64")]
    public void Read_TakesTheSizeOfDs64(string magic)
    {
        byte[] sizes = new byte[28];
        BinaryPrimitives.WriteInt64LittleEndian(sizes.AsSpan(8), 4);
        byte[] file = File(magic, uint.MaxValue, Chunk("ds64", sizes), Chunk("fmt ", Format(1, 1, 8000, 16)),
            Chunk("data", Samples(16384, -16384), uint.MaxValue), Chunk("LIST", new byte[6]));

        Assert.Equal([0.5f, -0.5f], AudioFile.Read(file, magic).Samples);
    }

    [Fact]
    public void Read_GivesNothing_WhenThereAreNoSamples()
    {
        byte[] file = File(Chunk("fmt ", Format(1, 1, 8000, 16)), Chunk("data", []), Chunk("LIST", new byte[6]));

        Assert.Empty(AudioFile.Read(file, "none").Samples);
    }

    [Fact]
    public void Read_SaysHowMuchWasThere_WhenTheFileIsTruncated()
    {
        byte[] file = Pcm16(1000, new short[2000]);

        var e = Assert.Throws<InvalidDataException>(() => AudioFile.Read(file.AsMemory(0, file.Length - 1001), "cut.wav"));

        Assert.Contains("'cut.wav'", e.Message);
        Assert.Contains("1499 of 2000 frames (1.499 of 2 s)", e.Message);
    }

    public static TheoryData<string, byte[]> Broken => new()
    {
        { "no samples", File(Chunk("fmt ", Format(1, 1, 8000, 16))) },
        { "before their format", File(Chunk("data", Samples(1)), Chunk("fmt ", Format(1, 1, 8000, 16))) },
        { "format of 14 bytes", File(Chunk("fmt ", new byte[14]), Chunk("data", Samples(1))) },
        { "0 channels", File(Chunk("fmt ", Format(1, 0, 8000, 16)), Chunk("data", Samples(1))) },
        { "300 channels", File(Chunk("fmt ", Format(1, 300, 8000, 16)), Chunk("data", Samples(1))) },
        { "0 Hz", File(Chunk("fmt ", Format(1, 1, 0, 16)), Chunk("data", Samples(1))) },
        { "2147483647 Hz", File(Chunk("fmt ", Format(1, 1, int.MaxValue, 16)), Chunk("data", Samples(1))) },
        { "4000000000 Hz", File(Chunk("fmt ", Format(1, 1, unchecked((int)4_000_000_000), 16)), Chunk("data", Samples(1))) },
        { "without a sub-format", File(Chunk("fmt ", Format(0xFFFE, 1, 8000, 16)), Chunk("data", Samples(1))) },
        { "must be finite", File(Chunk("fmt ", Format(3, 1, 8000, 32)), Chunk("data", BitConverter.GetBytes(float.NaN))) },
        { "must be finite", File(Chunk("fmt ", Format(3, 1, 8000, 64)), Chunk("data", BitConverter.GetBytes(double.PositiveInfinity))) },
        { "must be finite", File(Chunk("fmt ", Format(3, 1, 8000, 64)), Chunk("data", BitConverter.GetBytes(1e300))) },
        { "ends before its samples", File(Chunk("LIST", new byte[4], size: 1000)) },
    };

    [Theory]
    [MemberData(nameof(Broken))]
    public void Read_SaysWhatIsWrong(string message, byte[] file)
    {
        var e = Assert.Throws<InvalidDataException>(() => AudioFile.Read(file, "broken.wav"));

        Assert.Contains("'broken.wav'", e.Message);
        Assert.Contains(message, e.Message);
    }

    [Fact]
    public void Read_TakesBlocksOfAnySize()
    {
        byte[] file = File(
            Chunk("fmt ", Format(1, 3, 8000, 16)), Chunk("data", Samples([.. Enumerable.Range(0, 3000).Select(i => (short)(i * 7))])));
        float[] whole = Sources.ReadAll(new WavDecoder(), file);

        float[] pieces = Sources.ReadAll(new WavDecoder(), file, block: 7);

        Assert.Equal(3000, whole.Length);
        Assert.Equal(whole, pieces);
    }
}
