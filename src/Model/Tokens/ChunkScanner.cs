using System.Buffers.Binary;

namespace AudioBsq.Tokens;

/// <summary>Reads one chunk after another; after damage, searches for the next intact one.</summary>
internal sealed class ChunkScanner(PeekReader reader, TokenHeader header)
{
    private readonly List<byte> _skipped = [];
    private long _failedBytes;

    /// <summary>Total time steps, if known; chunks that do not fit them are not accepted.</summary>
    public long? Steps { get; set; }

    /// <summary>The smallest number that the next chunk may have.</summary>
    public long Next { get; set; }

    /// <summary>Whether bytes were skipped before a chunk.</summary>
    public bool HasGap { get; private set; }

    /// <summary>
    /// Bytes that were skipped since the last chunk: at the end of an intact file its index and tail. Of many more only the last are kept.
    /// </summary>
    public IReadOnlyList<byte> Skipped => _skipped;

    /// <summary>Payload bytes of the chunks that were found.</summary>
    public List<ushort> Lengths { get; } = [];

    /// <summary>The next intact chunk, or null at the end of the stream.</summary>
    /// <exception cref="InvalidDataException">There are so many damaged chunks that the search would take too long.</exception>
    public TokenChunk? Read()
    {
        while (true)
        {
            var head = reader.Peek(TokenLayout.ChunkHead);
            if (head.IsEmpty) return null;
            if (Chunk(head) is { } chunk) return chunk;
            SkipToNextMarker();
        }
    }

    /// <summary>Starts again after the reader was moved.</summary>
    public void Restart(long next)
    {
        _skipped.Clear();
        Lengths.Clear();
        (Next, HasGap) = (next, false);
    }

    private TokenChunk? Chunk(ReadOnlySpan<byte> head)
    {
        if (head.Length < TokenLayout.ChunkHead || !head.StartsWith(TokenLayout.ChunkMarker)) return null;
        uint number = BinaryPrimitives.ReadUInt32LittleEndian(head[2..]);
        int steps = BinaryPrimitives.ReadUInt16LittleEndian(head[6..]);
        int length = BinaryPrimitives.ReadUInt16LittleEndian(head[8..]);
        if (number < Next || !FitsInTime(number, steps) || !ChunkCoding.Allows(header, steps, length)) return null;

        int size = TokenLayout.ChunkHead + length + TokenLayout.ChunkFoot;
        var whole = reader.Peek(size);
        if (whole.Length < size) return null;
        if (!TokenLayout.HasChecksum(whole))
        {
            // Accidental damage makes this happen a few times; a hostile file can be full of it.
            _failedBytes += size;
            if (_failedBytes > 64 * (reader.Position + PeekReader.MaxPeek))
                throw new InvalidDataException("It is too damaged to be searched for what is whole.");
            return null;
        }

        if (ChunkCoding.Decode(header, steps, whole[TokenLayout.ChunkHead..^TokenLayout.ChunkFoot]) is not { } tokens) return null;
        reader.Skip(size);
        HasGap |= _skipped.Count > 0;
        _skipped.Clear();
        Lengths.Add((ushort)length);
        Next = number + 1L;
        return new TokenChunk(new StepRange((long)number * header.StepsPerChunk, steps), tokens);
    }

    private bool FitsInTime(uint number, int steps)
    {
        if (steps < 1 || steps > header.StepsPerChunk) return false;
        return Steps is not { } all || steps == Math.Min(header.StepsPerChunk, all - (long)number * header.StepsPerChunk);
    }

    // Skips at least one byte, up to the next one that may start a chunk.
    private void SkipToNextMarker()
    {
        int next = reader.Buffered[1..].IndexOf(TokenLayout.ChunkMarker[0]);
        int count = next < 0 ? reader.Buffered.Length : next + 1;
        _skipped.AddRange(reader.Buffered[..count]);
        reader.Skip(count);
        // An intact end has two bytes for each chunk. If there are more, only the tail may still be useful.
        int max = 2 * TokenLayout.Tail + 2 * Lengths.Count + PeekReader.MaxPeek;
        if (_skipped.Count > 2 * max) _skipped.RemoveRange(0, _skipped.Count - max);
    }
}
