using System.Buffers.Binary;

namespace AudioBsq.Decoding;

/// <summary>Reads the pages of an Ogg file one after another and verifies their checksums (RFC 3533, section 6).</summary>
internal sealed class OggPages(Stream stream, string name)
{
    private const int HeaderLength = 27;

    private static readonly uint[] Table = [.. Enumerable.Range(0, 256).Select(i => Shift((uint)i << 24))];

    private readonly byte[] _page = new byte[HeaderLength + 255 + 255 * 255];
    private int _length;

    /// <summary>Where the current page starts.</summary>
    public long At { get; private set; }

    /// <summary>Whether a packet of the page before goes on in this one.</summary>
    public bool Continues => (_page[5] & 1) != 0;

    /// <summary>Whether it is the first page of its stream.</summary>
    public bool Begins => (_page[5] & 2) != 0;

    /// <summary>Whether it is marked as the last page of its stream.</summary>
    public bool Ends => (_page[5] & 4) != 0;

    /// <summary>Position in samples at the end of the last packet that ends on the page; −1 where none does.</summary>
    public long Granule => BinaryPrimitives.ReadInt64LittleEndian(_page.AsSpan(6));

    /// <summary>Number of its stream, among those in the file.</summary>
    public uint Serial => BinaryPrimitives.ReadUInt32LittleEndian(_page.AsSpan(14));

    /// <summary>Number of the page in its stream.</summary>
    public uint Sequence => BinaryPrimitives.ReadUInt32LittleEndian(_page.AsSpan(18));

    /// <summary>Lengths of the body's segments; a packet ends with the first one below 255.</summary>
    public ReadOnlySpan<byte> Segments => _page.AsSpan(HeaderLength, _page[26]);

    /// <summary>The packets, or parts of them, without gaps.</summary>
    public ReadOnlyMemory<byte> Body => _page.AsMemory((HeaderLength + _page[26]).._length);

    /// <summary>Whether a file that starts with these bytes is Ogg.</summary>
    public static bool IsOgg(ReadOnlySpan<byte> head) => head.StartsWith("OggS"u8);

    /// <summary>Goes on to the next page. False where none follows: at the end, or before bytes that are no page.</summary>
    /// <exception cref="InvalidDataException">The page is incomplete or its checksum is wrong.</exception>
    public bool Next()
    {
        At = stream.Position;
        int got = stream.ReadAtLeast(_page.AsSpan(0, HeaderLength), HeaderLength, throwOnEndOfStream: false);
        if (got == 0) return false;
        if (!IsOgg(_page.AsSpan(0, got)))
        {
            stream.Position = At;
            return false;
        }

        bool whole = got == HeaderLength && Fill(HeaderLength, _page[26]);
        int body = 0;
        for (int i = HeaderLength; whole && i < HeaderLength + _page[26]; i++) body += _page[i];
        if (!whole || !Fill(HeaderLength + _page[26], body)) throw Broken($"is truncated: the page at byte {At} is incomplete");
        _length = HeaderLength + _page[26] + body;
        return HasRightCrc() ? true : throw Broken($"is damaged: the checksum of the page at byte {At} is wrong");
    }

    /// <summary>Whether a page starts anywhere from the stream's position on. Moves the stream to its end or there.</summary>
    public bool FindAny()
    {
        byte[] window = new byte[1 << 16];
        int kept = 0;
        while (true)
        {
            long at = stream.Position - kept;
            int got = kept + stream.ReadAtLeast(window.AsSpan(kept), window.Length - kept, throwOnEndOfStream: false);
            int found = window.AsSpan(0, got).IndexOf("OggS"u8);
            if (found >= 0) stream.Position = at + found;
            if (found >= 0 || got < window.Length) return found >= 0;
            kept = 3;
            window.AsSpan(got - kept, kept).CopyTo(window);
        }
    }

    /// <summary>The error to throw where the file is not as it should be.</summary>
    public InvalidDataException Broken(string what) => new($"The Ogg file '{name}' {what}.");

    private bool Fill(int at, int count) => stream.ReadAtLeast(_page.AsSpan(at, count), count, throwOnEndOfStream: false) == count;

    private bool HasRightCrc()
    {
        uint declared = BinaryPrimitives.ReadUInt32LittleEndian(_page.AsSpan(22)), crc = 0;
        _page.AsSpan(22, 4).Clear();
        foreach (byte b in _page.AsSpan(0, _length)) crc = crc << 8 ^ Table[crc >> 24 ^ b];
        return crc == declared;
    }

    private static uint Shift(uint value)
    {
        for (int bit = 0; bit < 8; bit++) value = (value << 1) ^ ((value >> 31) * 0x04C11DB7);
        return value;
    }
}
