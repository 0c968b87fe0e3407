using System.Buffers.Binary;

namespace AudioBsq.Decoding;

/// <summary>
/// Walks the pages of an Ogg file (RFC 3533, section 6). libsndfile passes over damage and missing ends in silence and reads only the
/// first of several chained recordings, so what it would not say is found out here.
/// </summary>
internal static class OggPages
{
    private const int HeaderLength = 27;
    private const int Begin = 2, End = 4;

    private static readonly uint[] Table = [.. Enumerable.Range(0, 256).Select(i => Shift((uint)i << 24))];

    public static bool IsOgg(ReadOnlySpan<byte> head) => head.StartsWith("OggS"u8);

    /// <summary>Reads from the stream's position to its end. Every page must be whole and every recording in the file finished.</summary>
    public static void Verify(Stream stream, string name)
    {
        byte[] page = new byte[HeaderLength + 255 + 255 * 255];
        HashSet<uint> open = [];
        bool started = false;
        while (true)
        {
            long at = stream.Position;
            int got = stream.ReadAtLeast(page.AsSpan(0, HeaderLength), HeaderLength, throwOnEndOfStream: false);
            bool isPage = got == HeaderLength && IsOgg(page);
            if (!isPage && started && open.Count == 0) return; // what follows a finished recording, such as a tag, is none of ours
            if (got < HeaderLength) throw Broken(name, "is truncated: its last page is not marked as the end");
            if (!isPage) throw Broken(name, $"is damaged: no page starts at byte {at}");

            int segments = page[26], length = HeaderLength + segments;
            bool whole = stream.ReadAtLeast(page.AsSpan(HeaderLength, segments), segments, throwOnEndOfStream: false) == segments;
            for (int i = HeaderLength; whole && i < HeaderLength + segments; i++) length += page[i];
            int body = length - HeaderLength - segments;
            whole = whole && stream.ReadAtLeast(page.AsSpan(HeaderLength + segments, body), body, throwOnEndOfStream: false) == body;
            if (!whole) throw Broken(name, $"is truncated: the page at byte {at} is incomplete");
            if (!HasRightCrc(page.AsSpan(0, length))) throw Broken(name, $"is damaged: the checksum of the page at byte {at} is wrong");

            uint serial = BinaryPrimitives.ReadUInt32LittleEndian(page.AsSpan(14));
            if ((page[5] & Begin) != 0)
            {
                bool isNext = started && open.Count == 0;
                if (isNext)
                {
                    throw new NotSupportedException(
                        $"'{name}' holds several Ogg recordings one after another, of which only the first would be read: split it.");
                }

                open.Add(serial);
                started = true;
            }

            if ((page[5] & End) != 0) open.Remove(serial);
        }
    }

    private static bool HasRightCrc(Span<byte> page)
    {
        uint declared = BinaryPrimitives.ReadUInt32LittleEndian(page[22..]), crc = 0;
        page.Slice(22, 4).Clear();
        foreach (byte b in page) crc = crc << 8 ^ Table[crc >> 24 ^ b];
        return crc == declared;
    }

    private static uint Shift(uint value)
    {
        for (int bit = 0; bit < 8; bit++) value = (value << 1) ^ ((value >> 31) * 0x04C11DB7);
        return value;
    }

    private static InvalidDataException Broken(string name, string what) => new($"The Ogg file '{name}' {what}.");
}
