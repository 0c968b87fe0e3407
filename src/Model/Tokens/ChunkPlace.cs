namespace AudioBsq.Tokens;

/// <summary>Where a chunk is.</summary>
/// <param name="Step">Its first time step.</param>
/// <param name="Position">Its first byte, from the start of the container.</param>
internal readonly record struct ChunkPlace(long Step, long Position)
{
    /// <summary>All chunks by the index; null where the index is damaged.</summary>
    /// <param name="stream">A stream that ends where the container ends.</param>
    /// <param name="origin">The start of the container in the stream.</param>
    /// <param name="header">The container's header.</param>
    /// <param name="chunks">Number of chunks.</param>
    /// <param name="start">Position of the first chunk; null where it is unknown.</param>
    public static List<ChunkPlace>? FromIndex(Stream stream, long origin, TokenHeader header, uint chunks, long? start)
    {
        long end = stream.Length - origin - TokenLayout.Tail, size = TokenLayout.IndexHead + 2L * chunks + TokenLayout.IndexFoot;
        if (size > end || size > Array.MaxLength) return null;
        byte[] index = new byte[size];
        stream.Position = origin + end - size;
        if (stream.ReadAtLeast(index, index.Length, throwOnEndOfStream: false) < size) return null;
        if (TokenLayout.LengthsFrom(index) is not { } lengths) return null;

        long position = end - size - lengths.Sum(length => TokenLayout.ChunkSize(length));
        if (position < 0 || (start is { } known && position != known)) return null;
        var places = new List<ChunkPlace>(lengths.Length);
        foreach (ushort length in lengths)
        {
            places.Add(new ChunkPlace((long)places.Count * header.StepsPerChunk, position));
            position += TokenLayout.ChunkSize(length);
        }

        return places;
    }
}
