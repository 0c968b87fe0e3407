using System.Buffers.Binary;

namespace AudioBsq.Tests.Featurizers.Decoding;

/// <summary>An Ogg file cut into its pages, to damage it page by page.</summary>
internal static class OggPageList
{
    /// <summary>The pages of a file, each an array of its own.</summary>
    public static List<byte[]> Of(byte[] file)
    {
        List<byte[]> pages = [];
        for (int at = 0; at < file.Length;)
        {
            int body = at + 27 + file[at + 26], end = body;
            for (int i = at + 27; i < body; i++) end += file[i];
            pages.Add(file[at..end]);
            at = end;
        }

        return pages;
    }

    /// <summary>The file that the pages make, with right checksums.</summary>
    public static byte[] Join(IEnumerable<byte[]> pages) => [.. pages.SelectMany(WithCrc)];

    /// <summary>A page of another stream that holds one packet.</summary>
    public static byte[] Other(byte flags, uint sequence, byte[] packet)
    {
        byte[] page = [.. "OggS"u8, 0, flags, .. new byte[8], 1, 2, 3, 4, .. new byte[8], 1, (byte)packet.Length, .. packet];
        BinaryPrimitives.WriteUInt32LittleEndian(page.AsSpan(18), sequence);
        return page;
    }

    private static byte[] WithCrc(byte[] page)
    {
        byte[] right = (byte[])page.Clone();
        right.AsSpan(22, 4).Clear();
        uint crc = 0;
        foreach (byte b in right)
        {
            crc ^= (uint)b << 24;
            for (int bit = 0; bit < 8; bit++) crc = (crc << 1) ^ ((crc >> 31) * 0x04C11DB7);
        }

        BinaryPrimitives.WriteUInt32LittleEndian(right.AsSpan(22), crc);
        return right;
    }
}
