using System.Buffers.Binary;
using AudioBsq.Decoding;
using static AudioBsq.Tests.Featurizers.Decoding.WavBytes;

namespace AudioBsq.Tests.Featurizers.Decoding;

/// <summary>
/// How far the samples of a WAV file go where its header is wrong: all of the sound or an error, and nothing but the sound.
/// </summary>
[WithoutTorch]
public class WavExtentTests
{
    private static readonly byte[] Mono = Chunk("fmt ", Format(1, 1, 8000, 16));
    private static readonly short[] Sound = [.. Enumerable.Range(1, 400).Select(i => (short)(i * 37))];
    private static readonly byte[] List = Chunk("LIST", [.. "INFOISFT"u8, 14, 0, 0, 0, .. "Lavf59.27.100\0"u8]);
    private static readonly float[] Expected = [.. Sound.Select(sample => sample / 32768f)];

    [Theory]
    [InlineData(0x7FFFFFFF, 0x7FFFFFFF)]
    [InlineData(0x7FFFFFFF, 0x7FFFFFDB)]
    [InlineData(0x80000024, 0x80000000)] // arecord
    [InlineData(2_000_000_036, 2_000_000_000)]
    [InlineData(0xFFFFFFFF, 0xFFFFFFDB)]
    [InlineData(0x7FFFF024, 0x7FFFEFFC)] // rounded to whole frames
    [InlineData(0x40000024, 0x40000000)]
    [InlineData(0, 0x80000000)]
    public void Read_GoesToTheEnd_WhenTheSizeIsAPlaceholder(uint riffSize, uint dataSize)
    {
        byte[] file = File("RIFF", riffSize, Mono, Chunk("data", Samples(Sound), dataSize));
        byte[] tagged = File("RIFF", riffSize, Mono, Chunk("data", Samples(Sound), dataSize), List);

        Assert.Equal(Expected, AudioFile.Read(file, "placeholder").Samples);
        Assert.Equal(Expected, AudioFile.Read(tagged, "placeholder").Samples);
    }

    [Theory]
    [InlineData(900u), InlineData(100_000u), InlineData(268_000_000u), InlineData(1_234_567_890u), InlineData(3_123_456_789u)]
    public void Read_FindsTheFileCutOff_WhenTheSizeIsAnythingElse(uint dataSize)
    {
        byte[] file = File("RIFF", dataSize + 36, Mono, Chunk("data", Samples(Sound), dataSize));

        var e = Assert.Throws<InvalidDataException>(() => AudioFile.Read(file, "cut.wav"));

        Assert.Contains($"400 of {dataSize / 2} frames", e.Message);
    }

    [Theory]
    [InlineData(36u), InlineData(44u)]
    public void Read_GivesTheSound_WhenTheSizeCountsTheHeader(uint counted)
    {
        byte[] data = Chunk("data", Samples(Sound), 800 + counted);

        Assert.Equal(Expected, AudioFile.Read(File("RIFF", 800 + 36 + counted, Mono, data), "counted").Samples);
        Assert.Equal(Expected, AudioFile.Read(File("RIFF", 800 + 36, Mono, data), "counted").Samples);
        Assert.Equal(Expected, AudioFile.Read(File("RIFF", null, Mono, data, List), "counted, with a chunk behind").Samples);
    }

    [Fact]
    public void Read_GivesTheSound_WhenTheSizeCountsALongerHeader()
    {
        byte[] bext = Chunk("bext", new byte[602]);
        uint header = (uint)(12 + bext.Length + Mono.Length + 8);

        foreach (uint counted in (uint[])[header, header - 8])
            Assert.Equal(Expected, AudioFile.Read(File(bext, Mono, Chunk("data", Samples(Sound), 800 + counted)), "counted").Samples);
    }

    [Theory]
    [InlineData("RIFF"), InlineData("RF64"), InlineData("BW64")]
    public void Read_GoesToTheEnd_WhenTheSizeIsZero(string magic)
    {
        byte[] data = Chunk("data", Samples(Sound), 0);

        Assert.Equal(Expected, AudioFile.Read(File(magic, null, Mono, data), "right RIFF size").Samples);
        Assert.Equal(Expected, AudioFile.Read(File(magic, 0, Mono, data, List), "a chunk behind").Samples);
        Assert.Empty(AudioFile.Read(File(magic, null, Mono, Chunk("data", []), List, Chunk("id3 ", new byte[5])), "empty").Samples);
        Assert.Empty(AudioFile.Read(File(magic, null, Mono, Chunk("data", [])), "empty").Samples);
    }

    [Theory]
    [InlineData(0L), InlineData(-1L), InlineData(long.MaxValue)]
    public void Read_GoesToTheEnd_WhenDs64IsOpen(long size)
    {
        byte[] sizes = new byte[28];
        BinaryPrimitives.WriteInt64LittleEndian(sizes.AsSpan(8), size);
        byte[] file = File("RF64", uint.MaxValue, Chunk("ds64", sizes), Mono, Chunk("data", Samples(Sound), uint.MaxValue));

        Assert.Equal(Expected, AudioFile.Read(file, "open").Samples);
    }

    [Fact]
    public void Read_FindsRf64CutOff()
    {
        byte[] sizes = new byte[28];
        BinaryPrimitives.WriteInt64LittleEndian(sizes.AsSpan(8), 5_123_456_788);
        byte[] file = File("RF64", uint.MaxValue, Chunk("ds64", sizes), Mono, Chunk("data", Samples(Sound), uint.MaxValue));

        Assert.Contains(
            "400 of 2561728394 frames", Assert.Throws<InvalidDataException>(() => AudioFile.Read(file, "cut")).Message);
    }

    [Theory]
    [InlineData(5_000_000_000L, 0), InlineData(4_294_967_360L, 26), InlineData(9_000_000_000L, 0)]
    public void Open_FindsTheTrueLength_WhenSizesPassed4GiB(long bytes, int behind)
    {
        bytes = bytes / 32 * 32;
        byte[] tail = behind == 0 ? [] : List;
        byte[] head = File(
            "RIFF", (uint)(bytes + 36 + tail.Length), Chunk("fmt ", Format(1, 8, 192_000, 32)), Chunk("data", [], (uint)bytes));

        using var source = AudioFile.Open(new SparseStream(head, bytes, tail), "long.wav");

        Assert.Equal(bytes / 32, source.Format.Frames);
    }

    [Fact]
    public void Open_RefusesAFileBeyond4GiB_WhoseSizesSayNothing()
    {
        byte[] head = File("RIFF", 123_456, Chunk("fmt ", Format(1, 8, 192_000, 32)), Chunk("data", [], 123_420));

        var e = Assert.Throws<InvalidDataException>(() => AudioFile.Open(new SparseStream(head, 5_000_000_000, []), "long.wav"));

        Assert.Contains("5000000044 bytes long but declares 123420", e.Message);
    }

    [Fact]
    public void Read_TakesChunksBehindTheSoundForNoSound()
    {
        byte[] odd = File(Chunk("fmt ", Format(1, 1, 8000, 8)), Chunk("data", [192, 64, 192]), List, Chunk("id3 ", new byte[3]));

        Assert.Equal([0.5f, -0.5f, 0.5f], AudioFile.Read(odd, "odd").Samples);
        Assert.Equal(Expected, AudioFile.Read(File(Mono, Chunk("data", Samples(Sound)), List), "list").Samples);
    }

    [Fact]
    public void Read_FindsChunksWithoutPadding()
    {
        byte[] odd = [.. "JUNK"u8, 3, 0, 0, 0, 7, 7, 7];

        Assert.Equal(Expected, AudioFile.Read(File(odd, Mono, Chunk("data", Samples(Sound))), "unpadded").Samples);
        Assert.Equal(Expected, AudioFile.Read(File([.. odd, (byte)'x'], Mono, Chunk("data", Samples(Sound))), "a letter").Samples);
    }

    [Fact]
    public void Read_RefusesSeveralRecordingsInOneFile()
    {
        byte[] one = Pcm16(8000, Sound), two = [.. one, .. one];

        Assert.Contains("split it", Assert.Throws<NotSupportedException>(() => AudioFile.Read(two, "two.wav")).Message);
    }

    public static TheoryData<string, byte[], byte[], float[]> Blocks => new()
    {
        { "block of 0", Format(1, 1, 8000, 16, block: 0), Samples(16384, -16384), [0.5f, -0.5f] },
        { "block of 1", Format(1, 1, 8000, 16, block: 1), Samples(16384, -16384), [0.5f, -0.5f] },
        { "block of 4", Format(1, 1, 8000, 16, block: 4), Samples(16384, -16384), [0.5f, -0.5f] },
        { "float block of 0", Format(3, 1, 8000, 32, block: 0), BitConverter.GetBytes(0.25f), [0.25f] },
        { "no bits", Format(1, 1, 8000, 0, block: 2), Samples(16384, -16384), [0.5f, -0.5f] },
        { "mu-law of 16 bits", Format(7, 1, 8000, 16), [0x80], [32124 / 32768f] },
        { "24 high bits of 4 bytes", Format(1, 1, 8000, 24, block: 4), [0, 0, 0, 0x40, 0, 5, 0, 0xC0], [0.5f, -1073740544 / 2147483648f] },
        { "24 low bits of 4 bytes", Format(1, 1, 8000, 24, block: 4), [1, 0, 0x40, 0, 0, 0, 0xC0, 0xFF], [4194305 / 8388608f, -0.5f] },
        { "20 high bits of 4 bytes", Format(1, 1, 8000, 20, block: 4), [0, 0, 0, 0x40, 0, 0, 0, 0xC0], [0.5f, -0.5f] },
        { "20 low bits of 4 bytes", Format(1, 1, 8000, 20, block: 4), [1, 0, 4, 0, 0, 0, 0xFC, 0xFF], [262145 / 524288f, -0.5f] },
        { "12 high bits of 4 bytes", Format(1, 1, 8000, 12, block: 4), [0, 0, 0, 0x40, 0, 0, 0, 0xC0], [0.5f, -0.5f] },
        { "24 valid of 32", Extensible(1, 1, 8000, 32, 24), [0, 0, 0, 0x40, 0, 0, 0, 0xC0], [0.5f, -0.5f] },
        { "20 valid of 24", Extensible(1, 1, 8000, 24, 20), [0, 0, 0x40, 0, 0, 0xC0], [0.5f, -0.5f] },
        { "12 valid of 16", Extensible(1, 1, 8000, 16, 12), Samples(16384, -16384), [0.5f, -0.5f] },
    };

    [Theory]
    [MemberData(nameof(Blocks))]
    public void Read_ComputesWhatAFrameIs(string what, byte[] format, byte[] data, float[] expected)
    {
        byte[] file = File(Chunk("fmt ", format), Chunk("data", data));

        Assert.Equal(expected, AudioFile.Read(file, what).Samples);
    }

    [Theory]
    [InlineData(6, 0x3Fu, 3), InlineData(8, 0x63Fu, 3), InlineData(3, 0x0Bu, 2), InlineData(2, 0x09u, 1)]
    public void Read_LeavesLowFrequenciesOutOfTheMean(int channels, uint mask, int lfe)
    {
        byte[] format = Extensible(1, channels, 8000, 16, 16);
        BinaryPrimitives.WriteUInt32LittleEndian(format.AsSpan(20), mask);
        short[] frame = [.. Enumerable.Range(0, channels).Select(c => (short)(c == lfe ? 32_000 : 1000))];
        byte[] file = File(Chunk("fmt ", format), Chunk("data", Samples([.. frame, .. frame])));

        using var source = AudioFile.Open(new MemoryStream(file), "surround");

        Assert.Equal(lfe, source.Format.LfeChannel);
        Assert.Equal([1000 / 32768f, 1000 / 32768f], AudioFile.Read(source, "surround").Samples);
    }

    [Fact]
    public void Read_CountsEveryChannel_WhereNoneIsNamed()
    {
        byte[] file = File(Chunk("fmt ", Format(1, 6, 8000, 16)), Chunk("data", Samples(0, 0, 0, 6000, 0, 0)));

        Assert.Equal([1000 / 32768f], AudioFile.Read(file, "six").Samples);
    }

    /// <summary>A beginning, so many zeros, and an end.</summary>
    private sealed class SparseStream(byte[] head, long zeros, byte[] tail) : MemoryStream
    {
        public override long Length => head.Length + zeros + tail.Length;

        public override long Position { get; set; }

        public override int Read(Span<byte> buffer)
        {
            int count = (int)Math.Clamp(Length - Position, 0, buffer.Length);
            for (int i = 0; i < count; i++, Position++)
            {
                long behind = Position - head.Length - zeros;
                buffer[i] = Position < head.Length ? head[Position] : behind >= 0 ? tail[behind] : (byte)0;
            }

            return count;
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));
    }
}
