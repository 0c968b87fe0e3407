namespace AudioBsq.Tokens;

/// <summary>The next bytes of a stream, which can be looked at before they are taken.</summary>
internal sealed class ByteWindow(Stream stream)
{
    /// <summary>Bytes that can be looked at at most.</summary>
    public const int Size = 1 << 17;

    private byte[] _bytes = new byte[4096];
    private int _start, _end;

    /// <summary>Bytes of the stream that were taken.</summary>
    public long Position { get; private set; }

    /// <summary>The next <paramref name="count"/> bytes, or all that are left where those are fewer.</summary>
    public ReadOnlySpan<byte> Ahead(int count)
    {
        if (_end - _start < count)
        {
            _bytes.AsSpan(_start.._end).CopyTo(_bytes);
            (_start, _end) = (0, _end - _start);
            if (count > _bytes.Length) Array.Resize(ref _bytes, Size);
            _end += stream.ReadAtLeast(_bytes.AsSpan(_end), count - _end, throwOnEndOfStream: false);
        }

        return _bytes.AsSpan(_start, Math.Min(count, _end - _start));
    }

    /// <summary>Bytes that can be looked at without reading.</summary>
    public ReadOnlySpan<byte> Held => _bytes.AsSpan(_start.._end);

    /// <summary>Takes bytes that were looked at.</summary>
    public void Take(int count)
    {
        _start += count;
        Position += count;
    }

    /// <summary>Goes to a place in a stream that can seek.</summary>
    /// <param name="origin">Where in the stream position 0 is.</param>
    /// <param name="position">The place.</param>
    public void MoveTo(long origin, long position)
    {
        stream.Position = origin + position;
        (_start, _end, Position) = (0, 0, position);
    }
}
