namespace AudioBsq.Decoding;

/// <summary>ID3v2 tags, which some programs put in front of sound of any kind.</summary>
internal static class Id3Tag
{
    /// <summary>Bytes needed to see a tag's length.</summary>
    public const int HeaderLength = 10;

    /// <summary>Length of the tag that starts here, or 0 (ID3v2.4.0, section 3.1: seven bits per byte).</summary>
    public static int LengthOf(ReadOnlySpan<byte> head)
    {
        if (head.Length < HeaderLength || !head.StartsWith("ID3"u8) || ((head[6] | head[7] | head[8] | head[9]) & 0x80) != 0) return 0;
        int footer = (head[5] & 0x10) != 0 ? HeaderLength : 0;
        return HeaderLength + (head[6] << 21 | head[7] << 14 | head[8] << 7 | head[9]) + footer;
    }

    /// <summary>Moves a stream behind the tags at its position.</summary>
    public static void Skip(Stream stream)
    {
        Span<byte> head = stackalloc byte[HeaderLength];
        while (true)
        {
            long at = stream.Position;
            int length = LengthOf(head[..stream.ReadAtLeast(head, HeaderLength, throwOnEndOfStream: false)]);
            stream.Position = Math.Min(at + length, stream.Length);
            if (length == 0) return;
        }
    }
}
