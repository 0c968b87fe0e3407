using System.Buffers.Binary;

namespace AudioBsq.Decoding;

/// <summary>Tags that stand behind the frames, or between those of two recordings.</summary>
internal static class MpegTags
{
    private const int Id3v1Bytes = 128, Id3v1ExtensionBytes = 227, ApeHeaderBytes = 32;

    /// <summary>Length of the ID3, APE or Lyrics3 tag that starts here, or 0. It may reach beyond these bytes.</summary>
    public static long LengthOf(ReadOnlySpan<byte> bytes)
    {
        if (bytes.StartsWith("TAG+"u8)) return Id3v1ExtensionBytes;
        if (bytes.StartsWith("TAG"u8)) return Id3v1Bytes;
        if (bytes.StartsWith("APETAGEX"u8) && bytes.Length >= ApeHeaderBytes) return ApeHeaderBytes + ApeSize(bytes);
        if (bytes.StartsWith("LYRICSBEGIN"u8)) return LyricsLength(bytes);
        int id3 = Id3Tag.LengthOf(bytes);
        return id3 > 0 ? id3 : ApeLengthByFooter(bytes);
    }

    /// <summary>Bytes of items and footer. A footer on its own, behind items that were passed already, has none left.</summary>
    private static long ApeSize(ReadOnlySpan<byte> tag)
    {
        const uint IsHeader = 1 << 29;
        bool isHeader = (BinaryPrimitives.ReadUInt32LittleEndian(tag[20..]) & IsHeader) != 0;
        return isHeader ? BinaryPrimitives.ReadUInt32LittleEndian(tag[12..]) : 0;
    }

    /// <summary>An APE tag of version 1 has no header: its footer says that it starts here.</summary>
    private static long ApeLengthByFooter(ReadOnlySpan<byte> bytes)
    {
        int footer = bytes.IndexOf("APETAGEX"u8);
        bool startsHere = footer > 0 && bytes.Length >= footer + ApeHeaderBytes
            && BinaryPrimitives.ReadUInt32LittleEndian(bytes[(footer + 12)..]) == footer + ApeHeaderBytes;
        return startsHere ? footer + ApeHeaderBytes : 0;
    }

    private static long LyricsLength(ReadOnlySpan<byte> bytes)
    {
        const int MarkBytes = 9;
        int end = bytes.IndexOf("LYRICS200"u8);
        if (end < 0) end = bytes.IndexOf("LYRICSEND"u8);
        return end < 0 ? 0 : end + MarkBytes;
    }
}
