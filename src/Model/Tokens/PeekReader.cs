using AudioBsq.Signal;

namespace AudioBsq.Tokens;

/// <summary>Reads a stream of bytes that can be peeked at before they are skipped.</summary>
internal sealed class PeekReader(Stream stream)
{
    /// <summary>The largest number of bytes that callers peek at.</summary>
    public const int MaxPeek = 1 << 17;

    private readonly SlidingBuffer<byte> _bytes = new(4096);

    /// <summary>Bytes of the stream that were skipped.</summary>
    public long Position => _bytes.Start;

    /// <summary>Bytes that were read from the stream and not skipped yet.</summary>
    public ReadOnlySpan<byte> Buffered => _bytes.Values;

    /// <summary>The next <paramref name="count"/> bytes, or all that are left where those are fewer.</summary>
    public ReadOnlySpan<byte> Peek(int count)
    {
        int missing = count - _bytes.Count;
        if (missing > 0) _bytes.Advance(stream.ReadAtLeast(_bytes.GetSpan(missing), missing, throwOnEndOfStream: false));
        return Buffered[..Math.Min(count, _bytes.Count)];
    }

    /// <summary>Skips bytes that were peeked at.</summary>
    public void Skip(int count) => _bytes.DropBefore(Position + count);

    /// <summary>Moves to a position in a seekable stream, in which <paramref name="origin"/> is position 0.</summary>
    public void MoveTo(long origin, long position)
    {
        stream.Position = origin + position;
        _bytes.Clear(position);
    }
}
