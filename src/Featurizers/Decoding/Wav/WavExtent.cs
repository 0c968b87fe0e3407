using System.Buffers.Binary;

namespace AudioBsq.Decoding;

/// <summary>
/// How far the samples of a WAV file go: as its data chunk declares, unless that cannot be. All of the sound is read, or the file refused;
/// chunks behind the samples are never taken for sound.
/// </summary>
/// <param name="reader">At the first sample.</param>
/// <param name="start">Where the file starts in its stream.</param>
/// <param name="riffSize">As the file's first chunk declares.</param>
internal sealed class WavExtent(ContainerReader reader, long start, long riffSize)
{
    private const long Wrap = 1L << 32;
    private const int MostChunks = 1000, Tail = 1 << 20, Slack = 64;

    private static readonly string[] Names = ["LIST", "id3 ", "ID3 ", "bext", "iXML", "fact", "cue ", "smpl", "_PMX", "PEAK"];
    private static readonly byte[][] Trailing = [.. Names.Select(System.Text.Encoding.ASCII.GetBytes)];

    private readonly long _at = reader.Position, _end = reader.Stream.Length;

    private long Left => _end - _at;

    /// <summary>Bytes of samples; more than there are where the file was cut off.</summary>
    public long Resolve(long size)
    {
        if (size < 0 || (size == uint.MaxValue && Left < size)) return ToTail(_end);
        if (size == 0) return Left == 0 || EndsAt(_at) ? 0 : ToTail(RiffEnd);
        if (size > Left && DeclaredSize.IsPlaceholder(size)) return ToTail(_end);
        if (size <= Left && EndsAt(_at + size)) return size;
        foreach (long counted in (long[])[_at - start, _at - start - 8, 44, 36]) // recorders that count what stands before the samples
        {
            if (size - counted == Left) return ToTail(_end);
            if (size > counted && size - counted < Left && EndsAt(_at + size - counted)) return size - counted;
        }

        return size < Left && _end - start > Wrap ? Unwrapped(size) : size;
    }

    private long RiffEnd => start + 8 + riffSize is var end && end > _at && end < _end ? end : _end;

    /// <summary>Sizes that passed 4 GiB and began again at 0.</summary>
    private long Unwrapped(long size)
    {
        long more = (_end - start - 8 - riffSize + Slack) % Wrap;
        bool open = riffSize == 0 || DeclaredSize.IsPlaceholder(riffSize);
        return more <= 2 * Slack || open
            ? size + (Left - size) / Wrap * Wrap
            : throw reader.Broken($"is {_end - start} bytes long but declares {size} bytes of samples; how many there are is not known");
    }

    /// <summary>Whether the file ends at a place, or goes on with whole chunks to its end.</summary>
    /// <exception cref="NotSupportedException">One of them is a recording of its own.</exception>
    private bool EndsAt(long place) => Chunks(place) || (place % 2 != start % 2 && place < _end && Chunks(place + 1));

    private bool Chunks(long place)
    {
        Span<byte> chunk = stackalloc byte[8];
        bool more = false;
        for (int i = 0; i < MostChunks && place < _end; i++)
        {
            reader.Stream.Position = place;
            int got = reader.Stream.ReadAtLeast(chunk, 8, throwOnEndOfStream: false);
            if (got < 8 || !ContainerReader.IsName(chunk[..4])) return false;
            more |= chunk.StartsWith("RIFF"u8) || chunk.StartsWith("RF64"u8) || chunk.StartsWith("data"u8);
            long size = BinaryPrimitives.ReadUInt32LittleEndian(chunk[4..]);
            if (size > _end - place - 8) return false;
            place = Math.Min(place + 8 + size + (size & 1), _end);
        }

        if (more) throw new NotSupportedException(
            $"'{reader.Name}' holds several WAV recordings one after another, of which only the first would be read: split it.");
        return place == _end;
    }

    /// <summary>Bytes up to an end, without the usual chunks that stand before it.</summary>
    private long ToTail(long end)
    {
        byte[] tail = new byte[Math.Min(Tail, end - _at)];
        reader.Stream.Position = end - tail.Length;
        reader.Stream.ReadExactly(tail);
        ReadOnlySpan<byte> left = tail;
        while (IndexOfChunk(left) is var found and >= 0)
        {
            long place = end - left.Length + found;
            if (end == _end && Chunks(place)) return place - _at;
            left = left[(found + 1)..];
        }

        return end - _at;
    }

    private static int IndexOfChunk(ReadOnlySpan<byte> bytes)
    {
        int first = -1;
        foreach (byte[] id in Trailing)
        {
            int found = bytes.IndexOf(id);
            if (found >= 0 && (first < 0 || found < first)) first = found;
        }

        return first;
    }
}
