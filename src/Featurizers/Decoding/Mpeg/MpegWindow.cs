namespace AudioBsq.Decoding;

/// <summary>A few thousand bytes of a stream at a time, from a position that only goes forward.</summary>
internal sealed class MpegWindow(Stream stream)
{
    /// <summary>Bytes that can be seen at once.</summary>
    public const int Size = 1 << 14;

    private readonly byte[] _buffer = new byte[Size];
    private int _at, _end;

    /// <summary>Where the next byte lies in the stream.</summary>
    public long Position { get; private set; } = stream.Position;

    /// <summary>The next bytes, which stay; fewer than asked for only where the stream ends.</summary>
    public ReadOnlySpan<byte> Peek(int count)
    {
        if (_end - _at < count)
        {
            _buffer.AsSpan(_at, _end - _at).CopyTo(_buffer);
            (_at, _end) = (0, _end - _at);
            stream.Position = Position + _end;
            _end += stream.ReadAtLeast(_buffer.AsSpan(_end), count - _end, throwOnEndOfStream: false);
        }

        return _buffer.AsSpan(_at, Math.Min(count, _end - _at));
    }

    /// <summary>Goes forward, at most to the stream's end.</summary>
    public void Skip(long count)
    {
        if (count > _end - _at)
        {
            stream.Position = Math.Min(Position + count, Math.Max(Position + (_end - _at), stream.Length));
            (Position, _at, _end) = (stream.Position, 0, 0);
        }
        else
        {
            Position += count;
            _at += (int)count;
        }
    }
}
