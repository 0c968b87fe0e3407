using System.Buffers.Binary;

namespace AudioBsq.Tokens;

/// <summary>Finds one chunk after another, and after damage the next one that is whole.</summary>
internal sealed class ChunkScanner(ByteWindow window, TokenHeader header)
{
    private readonly List<byte> _passed = [];
    private long _tried;

    /// <summary>Time steps in all, where they are known: other chunks are none then.</summary>
    public long? Steps { get; set; }

    /// <summary>The number that the next chunk has at least.</summary>
    public long Next { get; set; }

    /// <summary>Whether bytes were passed over before a chunk.</summary>
    public bool HasGap { get; private set; }

    /// <summary>
    /// What was passed over since the last chunk: at the end of a whole file its index and tail. Of much more only the last bytes are kept.
    /// </summary>
    public IReadOnlyList<byte> Passed => _passed;

    /// <summary>Payload bytes of the chunks that were found.</summary>
    public List<ushort> Lengths { get; } = [];

    /// <summary>The next whole chunk, or null at the end of the stream.</summary>
    /// <exception cref="InvalidDataException">So much looks like chunks and is none that searching on would take too long.</exception>
    public TokenChunk? Read()
    {
        while (true)
        {
            var head = window.Ahead(TokenLayout.ChunkHead);
            if (head.IsEmpty) return null;
            if (Chunk(head) is { } chunk) return chunk;
            PassOver();
        }
    }

    /// <summary>Forgets what was passed over, after the window was moved.</summary>
    public void Restart(long next)
    {
        _passed.Clear();
        Lengths.Clear();
        (Next, HasGap) = (next, false);
    }

    private TokenChunk? Chunk(ReadOnlySpan<byte> head)
    {
        if (head.Length < TokenLayout.ChunkHead || !head.StartsWith(TokenLayout.ChunkMarker)) return null;
        uint number = BinaryPrimitives.ReadUInt32LittleEndian(head[2..]);
        int steps = BinaryPrimitives.ReadUInt16LittleEndian(head[6..]), length = BinaryPrimitives.ReadUInt16LittleEndian(head[8..]);
        if (number < Next || !FitsInTime(number, steps) || !ChunkCoding.Allows(header, steps, length)) return null;

        int size = TokenLayout.ChunkHead + length + TokenLayout.ChunkFoot;
        var whole = window.Ahead(size);
        if (whole.Length < size) return null;
        if (!TokenLayout.IsSealed(whole))
        {
            // Damaged by chance this happens a few times; a hostile file can be full of it.
            _tried += size;
            if (_tried > 64 * (window.Position + ByteWindow.Size)) throw new InvalidDataException("It is too damaged to be searched for what is whole.");
            return null;
        }

        if (ChunkCoding.Decode(header, steps, whole[TokenLayout.ChunkHead..^TokenLayout.ChunkFoot]) is not { } tokens) return null;
        window.Take(size);
        HasGap |= _passed.Count > 0;
        _passed.Clear();
        Lengths.Add((ushort)length);
        Next = number + 1L;
        return new TokenChunk(new StepRange((long)number * header.StepsPerChunk, steps), tokens);
    }

    private bool FitsInTime(uint number, int steps)
    {
        if (steps < 1 || steps > header.StepsPerChunk) return false;
        return Steps is not { } all || steps == Math.Min(header.StepsPerChunk, all - (long)number * header.StepsPerChunk);
    }

    // Up to what may be the next chunk's first byte.
    private void PassOver()
    {
        int next = window.Held[1..].IndexOf(TokenLayout.ChunkMarker[0]);
        int count = next < 0 ? window.Held.Length : next + 1;
        _passed.AddRange(window.Held[..count]);
        window.Take(count);
        // A whole end has two bytes for each chunk: more than that is none, and of it only the tail can still be of use.
        int most = 2 * TokenLayout.Tail + 2 * Lengths.Count + ByteWindow.Size;
        if (_passed.Count > 2 * most) _passed.RemoveRange(0, _passed.Count - most);
    }
}
