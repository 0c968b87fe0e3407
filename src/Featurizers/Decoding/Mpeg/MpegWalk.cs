using System.Buffers.Binary;

namespace AudioBsq.Decoding;

/// <summary>
/// Walks the frames of a stream. Bytes before the first one are passed over, and so are tags behind or between recordings; anything else
/// between frames is damage.
/// </summary>
internal sealed class MpegWalk(Stream stream, string name)
{
    /// <summary>Bytes before the first frame that are passed over at most.</summary>
    public const int MaxJunk = 1 << 18;

    private const int MaxFrame = 4096, Sure = 3; // frames in a row that are no chance

    private readonly byte[] _frame = new byte[MaxFrame];
    private MpegHeader? _first;

    /// <summary>The frame that <see cref="Next"/> found.</summary>
    public MpegHeader Header { get; private set; }

    /// <summary>Its bytes, with the header.</summary>
    public ReadOnlyMemory<byte> Frame => _frame.AsMemory(0, Header.FrameBytes);

    /// <summary>What the frame says about those behind it, if it is no sound.</summary>
    public MpegTag? Tag { get; private set; }

    /// <summary>Whether the stream ends inside a frame.</summary>
    public bool EndsInFrame { get; private set; }

    /// <summary>Moves a stream to its first frame that others follow.</summary>
    /// <returns>False where there is none within <see cref="MaxJunk"/> bytes; the stream then stays where it is.</returns>
    public static bool FindFirst(Stream stream)
    {
        long start = stream.Position;
        byte[] bytes = new byte[(int)Math.Min(MaxJunk + Sure * MaxFrame, stream.Length - start)];
        int got = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        for (int at = 0; at < Math.Min(got, MaxJunk); at++)
        {
            if (!IsChain(bytes.AsSpan(at, got - at), isWhole: start + got == stream.Length)) continue;
            stream.Position = start + at;
            return true;
        }

        stream.Position = start;
        return false;
    }

    /// <summary>Reads the next frame; false at the end of the last one.</summary>
    /// <exception cref="InvalidDataException">What stands between frames is no tag.</exception>
    /// <exception cref="NotSupportedException">The sound goes on in another format.</exception>
    public bool Next()
    {
        while (true)
        {
            long at = stream.Position;
            int got = stream.ReadAtLeast(_frame.AsSpan(0, MpegHeader.Length), MpegHeader.Length, throwOnEndOfStream: false);
            if (got == MpegHeader.Length && MpegHeader.TryRead(_frame, out var header) && !header.IsFreeFormat && IsExpected(header, at))
            {
                int rest = header.FrameBytes - MpegHeader.Length;
                EndsInFrame = stream.ReadAtLeast(_frame.AsSpan(MpegHeader.Length, rest), rest, throwOnEndOfStream: false) < rest;
                if (EndsInFrame) return false;
                (Header, _first) = (header, _first ?? header);
                Tag = MpegTag.Of(header, Frame.Span);
                return true;
            }

            stream.Position = at;
            if (!SkipTag(at)) return false;
        }
    }

    private bool IsExpected(MpegHeader header, long at)
    {
        if (_first is not { } first || header.Continues(first)) return true;
        stream.Position = at;
        bool isFrame = IsChain(Ahead(), isWhole: true);
        stream.Position = at + MpegHeader.Length;
        return isFrame
            ? throw new NotSupportedException(
                $"'{name}' holds MPEG recordings of different formats one after another ({header.SampleRate} Hz, {header.Channels} channels "
                + $"from byte {at} on): split it.")
            : false;
    }

    // Moves behind a tag, or to the end where nothing but padding is left. True where frames may follow.
    private bool SkipTag(long at)
    {
        var ahead = Ahead();
        int tag = Id3Tag.LengthOf(ahead);
        if (tag == 0 && ahead.StartsWith("TAG"u8)) tag = 128;
        if (tag == 0 && ahead.StartsWith("APETAGEX"u8) && ahead.Length >= 32)
            tag = (int)Math.Min(BinaryPrimitives.ReadUInt32LittleEndian(ahead[12..]) + 32, int.MaxValue);
        if (tag > 0)
        {
            stream.Position = Math.Min(at + tag, stream.Length);
            return stream.Position < stream.Length;
        }

        stream.Position = at;
        bool goesOn = stream.Length - at > MpegHeader.Length && FindFirst(stream);
        if (goesOn && !IsBetweenRecordings(at))
        {
            throw new InvalidDataException(
                $"'{name}' (MP3) is damaged: no frame starts at byte {at}; the next one is at byte {stream.Position}.");
        }

        return goesOn;
    }

    // Zeros, and then a recording that starts anew.
    private bool IsBetweenRecordings(long at)
    {
        long next = stream.Position;
        byte[] gap = new byte[(int)(next - at)];
        stream.Position = at;
        stream.ReadExactly(gap);
        var ahead = Ahead();
        stream.Position = next;
        return !gap.AsSpan().ContainsAnyExcept((byte)0) && MpegHeader.TryRead(ahead, out var header) && MpegTag.Of(header, ahead) is not null;
    }

    private ReadOnlySpan<byte> Ahead()
    {
        long at = stream.Position;
        byte[] bytes = new byte[Math.Min(Sure * MaxFrame, stream.Length - at)];
        int got = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        stream.Position = at;
        return bytes.AsSpan(0, got);
    }

    /// <summary>Whether frames follow each other here: three, or fewer up to the stream's end.</summary>
    private static bool IsChain(ReadOnlySpan<byte> bytes, bool isWhole)
    {
        MpegHeader? first = null;
        for (int count = 0; count < Sure; count++)
        {
            if (isWhole && count > 0 && (bytes.IsEmpty || bytes.StartsWith("TAG"u8) || bytes.StartsWith("APETAGEX"u8))) return true;
            if (!MpegHeader.TryRead(bytes, out var header) || header.IsFreeFormat) return false;
            if (first is { } other && !header.Continues(other)) return false;
            first ??= header;
            if (header.FrameBytes > bytes.Length) return isWhole && count > 0;
            bytes = bytes[header.FrameBytes..];
        }

        return true;
    }
}
