using System.Buffers.Binary;

namespace AudioBsq.Decoding;

/// <summary>
/// What the first frame of an MP3 file says about the length. Without it libsndfile's length is a guess from the file's size, and the
/// true one shows only at the end.
/// </summary>
/// <param name="IsDeclared">Whether the number of frames is written in the file.</param>
/// <param name="Bytes">Bytes from the first frame to the end of the last, or null.</param>
internal readonly record struct MpegLength(bool IsDeclared, long? Bytes)
{
    /// <summary>More than any frame: encoders disagree on whether their own first one counts.</summary>
    private const int Slack = 4096;

    /// <summary>11 set bits, then no reserved version, layer, bit rate or sample rate.</summary>
    public static bool IsFrame(ReadOnlySpan<byte> head) =>
        head.Length >= 4 && head[0] == 0xFF && (head[1] & 0xE0) == 0xE0 && (head[1] >> 3 & 3) != 1 && (head[1] >> 1 & 3) != 0
            && head[2] >> 4 != 15 && (head[2] >> 2 & 3) != 3;

    /// <summary>
    /// Reads the tag named Xing or Info behind the side information, or VBRI, which always stands 32 bytes behind the header.
    /// </summary>
    public static MpegLength Of(ReadOnlySpan<byte> head)
    {
        if (!IsFrame(head)) return default;
        bool isVersion1 = (head[1] >> 3 & 3) == 3, isMono = head[3] >> 6 == 3;
        int sideInformation = isVersion1 ? (isMono ? 17 : 32) : isMono ? 9 : 17;
        var xing = From(head, 4 + sideInformation);
        if (xing.Length >= 16 && (xing.StartsWith("Xing"u8) || xing.StartsWith("Info"u8)))
        {
            bool hasFrames = (xing[7] & 1) != 0, hasBytes = (xing[7] & 2) != 0;
            return new(hasFrames, hasBytes ? BinaryPrimitives.ReadUInt32BigEndian(xing[(hasFrames ? 12 : 8)..]) : null);
        }

        var vbri = From(head, 4 + 32);
        return vbri.Length >= 18 && vbri.StartsWith("VBRI"u8) ? new(true, BinaryPrimitives.ReadUInt32BigEndian(vbri[10..])) : default;
    }

    /// <summary>Refuses a file in which another recording follows the first one, which alone would be read.</summary>
    public void RequireOneRecording(Stream stream, string name)
    {
        if (Bytes is not { } bytes) return;
        long start = stream.Position;
        Id3Tag.Skip(stream);
        long end = stream.Position + bytes;
        if (stream.Length - end > Slack)
        {
            stream.Position = end;
            Span<byte> next = stackalloc byte[4];
            stream.ReadExactly(next);
            bool isNext = IsFrame(next) || next.StartsWith("ID3"u8);
            if (isNext)
            {
                throw new NotSupportedException(
                    $"'{name}' holds several MP3 recordings one after another, of which only the first would be read: split it.");
            }
        }

        stream.Position = start;
    }

    private static ReadOnlySpan<byte> From(ReadOnlySpan<byte> head, int at) => head[Math.Min(at, head.Length)..];
}
