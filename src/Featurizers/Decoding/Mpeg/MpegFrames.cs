namespace AudioBsq.Decoding;

/// <summary>The frames of a stream, one after another: what stands in front, between and behind them, and where sound is missing.</summary>
internal sealed class MpegFrames
{
    /// <summary>Bytes that may stand in front of the first frame, and zeros behind the last.</summary>
    private const int MaxJunk = 1 << 16;

    /// <summary>Frames in a row that noise does not have: one in 10^10 positions looks so.</summary>
    private const int SureFrames = 3;

    private const int SureBytes = SureFrames * MpegFrameHeader.MaxLength;

    private readonly MpegWindow _window;

    /// <summary>Goes to the first frame, behind tags and other bytes that are no sound.</summary>
    /// <exception cref="InvalidDataException">Its header is damaged.</exception>
    /// <exception cref="NotSupportedException">There is none, or it is of a kind that is not decoded here.</exception>
    public MpegFrames(Stream stream, string name)
    {
        Id3Tag.Skip(stream);
        _window = new MpegWindow(stream);
        var bytes = _window.Peek(SureBytes);
        if (IsFreeFormat(bytes))
        {
            throw new NotSupportedException(
                $"'{name}' is MPEG audio in free format, whose bit rate has no number; it is not read here: convert it to FLAC or WAV.");
        }

        bool startsHere = MpegFrameHeader.TryRead(bytes, out var first) && !first.IsFreeFormat;
        if (!startsHere && MpegLengthTag.IsBehindDamage(bytes))
            throw new InvalidDataException($"'{name}' is damaged: the first frame's header, at byte {_window.Position}, is wrong.");
        stream.Position = _window.Position;
        if (!StartIn(bytes) && !FindSure(new MpegWindow(stream), MaxJunk))
            throw new NotSupportedException($"'{name}' holds no MPEG audio frames in its first {MaxJunk / 1024} KiB behind its tags.");
        if (!startsHere) FindSure(_window, MaxJunk);
        MpegFrameHeader.TryRead(_window.Peek(MpegFrameHeader.Bytes), out first);
        First = first;
        FirstTag = MpegLengthTag.Read(first, _window.Peek(MpegFrameHeader.MaxLength));
    }

    /// <summary>The first frame's header; all others have the same version, layer, rate and number of channels.</summary>
    public MpegFrameHeader First { get; }

    /// <summary>What the first frame says about the length, or null.</summary>
    public MpegLengthTag? FirstTag { get; }

    /// <summary>Where the next frame starts, or what follows the last one.</summary>
    public long Position => _window.Position;

    /// <summary>Whether two frames in a row start here, or one that tells the length, or one in free format.</summary>
    /// <param name="bytes">At least <see cref="MpegFrameHeader.MaxLength"/> and a header, or all that there are.</param>
    public static bool StartIn(ReadOnlySpan<byte> bytes) =>
        IsChain(bytes, 2) || IsFreeFormat(bytes)
            || (MpegFrameHeader.TryRead(bytes, out var first) && MpegLengthTag.Read(first, bytes) is not null);

    /// <summary>Whether another recording starts so many bytes behind the next frame's start. The stream's position changes.</summary>
    public bool FollowAt(Stream stream, long? bytes)
    {
        if (bytes is null || Position + bytes >= stream.Length) return false;
        stream.Position = Position + bytes.Value;
        var window = new MpegWindow(stream);
        while (SkipTag(window))
        {
        }

        return FindSure(window, MaxJunk);
    }

    /// <summary>The next frame, or false at the end. Its bytes are valid until the next call.</summary>
    /// <param name="isComplete">As many frames as declared were read, so that what follows need not be sound.</param>
    /// <param name="header">The frame's header.</param>
    /// <param name="frame">The frame, with its header.</param>
    /// <exception cref="EndOfStreamException">The stream ends within a frame.</exception>
    /// <exception cref="InvalidDataException">Something else stands where a frame should.</exception>
    /// <exception cref="NotSupportedException">Frames of another format follow.</exception>
    public bool TryNext(bool isComplete, out MpegFrameHeader header, out ReadOnlySpan<byte> frame)
    {
        while (true)
        {
            var bytes = _window.Peek(MpegFrameHeader.MaxLength);
            bool isNext = MpegFrameHeader.TryRead(bytes, out header) && header.IsLike(First) && !header.IsFreeFormat;
            frame = isNext && header.Length <= bytes.Length ? bytes[..header.Length] : default;
            _window.Skip(frame.Length);
            if (frame.Length > 0 || bytes.IsEmpty) return frame.Length > 0;
            if (isNext && !isComplete) throw new EndOfStreamException($"the frame at byte {Position} is incomplete");
            RequireSameFormat();
            if (!SkipTag(_window)) SkipJunk(isComplete);
        }
    }

    private static bool IsChain(ReadOnlySpan<byte> bytes, int frames)
    {
        if (!MpegFrameHeader.TryRead(bytes, out var first) || first.IsFreeFormat) return false;
        var header = first;
        for (int n = 1; n < frames; n++)
        {
            if (header.Length > bytes.Length) return false;
            bytes = bytes[header.Length..];
            if (bytes.IsEmpty || MpegTags.LengthOf(bytes) > 0) return true;
            if (!MpegFrameHeader.TryRead(bytes, out header) || !header.IsLike(first) || header.IsFreeFormat) return false;
        }

        return true;
    }

    /// <summary>A header without a bit rate, and the same again further on.</summary>
    private static bool IsFreeFormat(ReadOnlySpan<byte> bytes) =>
        MpegFrameHeader.TryRead(bytes, out var header) && header.IsFreeFormat && bytes[MpegFrameHeader.Bytes..].IndexOf(bytes[..3]) > 0;

    private static bool FindSure(MpegWindow window, long maxBytes)
    {
        long end = window.Position + maxBytes;
        while (window.Position <= end)
        {
            var bytes = window.Peek(SureBytes);
            if (bytes.IsEmpty) return false;
            if (IsChain(bytes, SureFrames)) return true;
            int next = bytes[1..].IndexOf((byte)0xFF);
            window.Skip(next < 0 ? bytes.Length : next + 1);
        }

        return false;
    }

    private void RequireSameFormat()
    {
        if (!IsChain(_window.Peek(SureBytes), 2) || !MpegFrameHeader.TryRead(_window.Peek(MpegFrameHeader.Bytes), out var other)) return;
        throw new NotSupportedException($"its sound changes from {First} to {other} at byte {Position}: split it there");
    }

    private static bool SkipTag(MpegWindow window)
    {
        long length = MpegTags.LengthOf(window.Peek(MpegWindow.Size));
        window.Skip(length);
        return length > 0;
    }

    /// <summary>Goes to the end, or to a tag, or where no sound is missing to the next frame.</summary>
    private void SkipJunk(bool isComplete)
    {
        long start = Position;
        for (int zeros; (zeros = LeadingZeros()) > 0;) _window.Skip(zeros);
        var bytes = _window.Peek(MpegWindow.Size);
        if (!isComplete && (Position - start > MaxJunk || !(bytes.IsEmpty || MpegTags.LengthOf(bytes) > 0)))
            throw new InvalidDataException($"no frame starts at byte {start}, where one should");
        if (!bytes.IsEmpty && MpegTags.LengthOf(bytes) == 0) FindSure(_window, long.MaxValue - Position);
    }

    private int LeadingZeros()
    {
        var bytes = _window.Peek(MpegWindow.Size);
        int zeros = bytes.IndexOfAnyExcept((byte)0);
        return zeros < 0 ? bytes.Length : zeros;
    }
}
