using System.Numerics;

namespace AudioBsq.Decoding;

/// <summary>How the two subframes of a stereo frame become left and right.</summary>
internal enum FlacStereo
{
    Independent,
    LeftSide,
    SideRight,
    MidSide,
}

/// <summary>The header of one FLAC frame: a block of samples of all channels (RFC 9639, section 9.1).</summary>
/// <param name="BlockSize">Samples of one channel, 1 to 65,536.</param>
/// <param name="Channels">1 to 8.</param>
/// <param name="Stereo">What the two subframes of a stereo frame are.</param>
/// <param name="SampleRate">In Hz, or 0: as in the stream header.</param>
/// <param name="Bits">Bits of a sample, or 0: as in the stream header.</param>
/// <param name="CountsSamples">Whether <paramref name="Number"/> counts samples (the block size varies) or blocks.</param>
/// <param name="Number">Samples of one channel, or blocks, before this one.</param>
internal readonly record struct FlacFrameHeader(
    int BlockSize, int Channels, FlacStereo Stereo, int SampleRate, int Bits, bool CountsSamples, long Number)
{
    private const int LongestHeader = 16;

    private static ReadOnlySpan<int> Rates => [0, 88_200, 176_400, 192_000, 8_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000, 96_000];
    private static ReadOnlySpan<int> SampleSizes => [0, 8, 12, -1, 16, 20, 24, 32];

    public static FlacFrameHeader Read(FlacBitReader reader)
    {
        var bytes = new HeaderBytes(reader, stackalloc byte[LongestHeader]);
        int sync = bytes.Next() << 8 | bytes.Next();
        if ((sync & 0xFFFE) != 0xFFF8) throw new InvalidDataException("no block starts where one should");
        int sizeAndRate = bytes.Next(), channelsAndBits = bytes.Next();
        long number = bytes.NextCodedNumber();
        int blockSize = (sizeAndRate >> 4) switch
        {
            0 => throw new InvalidDataException("the block size is a reserved one"),
            1 => 192,
            int code and <= 5 => 144 << code,
            6 => bytes.Next() + 1,
            7 => (bytes.Next() << 8 | bytes.Next()) + 1,
            int code => 1 << code,
        };
        int rate = (sizeAndRate & 15) switch
        {
            int code and <= 11 => Rates[code],
            12 => bytes.Next() * 1000,
            13 => bytes.Next() << 8 | bytes.Next(),
            14 => (bytes.Next() << 8 | bytes.Next()) * 10,
            _ => throw new InvalidDataException("the sample rate is a forbidden one"),
        };
        if (!bytes.EndWithCrc()) throw new InvalidDataException("a block header's checksum is wrong");

        int assignment = channelsAndBits >> 4, bits = SampleSizes[channelsAndBits >> 1 & 7];
        if (assignment > 10 || bits < 0 || (channelsAndBits & 1) != 0) throw new InvalidDataException("a block header has reserved bits");
        var stereo = assignment < 8 ? FlacStereo.Independent : (FlacStereo)(assignment - 7);
        return new(blockSize, assignment < 8 ? assignment + 1 : 2, stereo, rate, bits, (sync & 1) != 0, number);
    }

    /// <summary>Reads bytes and keeps them for the checksum behind them.</summary>
    private ref struct HeaderBytes(FlacBitReader reader, Span<byte> bytes)
    {
        private readonly Span<byte> _bytes = bytes;
        private int _count;

        public int Next() => _bytes[_count++] = (byte)reader.Read(8);

        /// <summary>A number of up to 36 bits in UTF-8's scheme.</summary>
        public long NextCodedNumber()
        {
            int first = Next(), length = BitOperations.LeadingZeroCount((uint)~(first << 24));
            if (length is 1 or 8) throw new InvalidDataException("a block number is coded wrongly");
            long number = length == 0 ? first : first & (0x7F >> length);
            for (int i = 1; i < length; i++)
            {
                int next = Next();
                if ((next & 0xC0) != 0x80) throw new InvalidDataException("a block number is coded wrongly");
                number = number << 6 | (long)(next & 0x3F);
            }

            return number;
        }

        public bool EndWithCrc() => FlacCrc.Crc8(_bytes[.._count]) == reader.Read(8);
    }
}
