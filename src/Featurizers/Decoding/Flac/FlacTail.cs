using System.Buffers.Binary;

namespace AudioBsq.Decoding;

/// <summary>What follows behind tags and zeros, where a FLAC block ended.</summary>
internal enum FlacNext
{
    End,
    Block,
    Stream,
    Unknown,
}

/// <summary>
/// What programs put behind a FLAC stream, or between two of them: ID3v1, ID3v2 and APE tags, zeros, and another stream.
/// </summary>
internal static class FlacTail
{
    private const int Id3v1 = 128, Id3v1Plus = 227, ApeHeader = 32;
    private const uint ApeIsHeader = 1u << 29, ApeHasHeader = 1u << 31;

    /// <summary>Moves the stream behind all of it.</summary>
    public static FlacNext Skip(Stream stream)
    {
        byte[] head = new byte[ApeHeader];
        while (true)
        {
            Id3Tag.Skip(stream);
            long at = stream.Position;
            int got = stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
            var found = head.AsSpan(0, got);
            long length = found.StartsWith("TAG+"u8) ? Id3v1Plus
                : found.StartsWith("TAG"u8) ? Id3v1
                : found.StartsWith("APETAGEX"u8) && got == ApeHeader ? ApeLength(found)
                : at == ApeItems(stream) ? stream.Length - at
                : ZerosFrom(stream, at);
            stream.Position = Math.Min(at + length, stream.Length);
            if (length > 0) continue;
            if (got == 0) return FlacNext.End;
            if (FlacStreamInfo.IsFlac(found)) return FlacNext.Stream;
            return got > 1 && found[0] == 0xFF && (found[1] & 0xFE) == 0xF8 ? FlacNext.Block : FlacNext.Unknown;
        }
    }

    private static long ApeLength(ReadOnlySpan<byte> header)
    {
        bool first = (BinaryPrimitives.ReadUInt32LittleEndian(header[20..]) & ApeIsHeader) != 0;
        return ApeHeader + (first ? BinaryPrimitives.ReadUInt32LittleEndian(header[12..]) : 0);
    }

    /// <summary>Where the items of an APE tag start that has only a footer; −1 where there is none (before an ID3v1 tag, if any).</summary>
    private static long ApeItems(Stream stream)
    {
        Span<byte> footer = stackalloc byte[ApeHeader];
        foreach (int behind in (ReadOnlySpan<int>)[0, Id3v1])
        {
            long at = stream.Length - behind - ApeHeader;
            if (at < 0) return -1;
            stream.Position = at;
            stream.ReadExactly(footer);
            bool isFooter = footer.StartsWith("APETAGEX"u8)
                && (BinaryPrimitives.ReadUInt32LittleEndian(footer[20..]) & (ApeIsHeader | ApeHasHeader)) == 0;
            if (isFooter) return at + ApeHeader - BinaryPrimitives.ReadUInt32LittleEndian(footer[12..]);
        }

        return -1;
    }

    private static long ZerosFrom(Stream stream, long start)
    {
        byte[] block = new byte[4096];
        stream.Position = start;
        for (int got; (got = stream.Read(block)) > 0;)
        {
            int zeros = block.AsSpan(0, got).IndexOfAnyExcept((byte)0);
            if (zeros >= 0) return stream.Position - got + zeros - start;
        }

        return stream.Position - start;
    }
}
