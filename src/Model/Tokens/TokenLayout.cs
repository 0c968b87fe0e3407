using System.Buffers.Binary;

namespace AudioBsq.Tokens;

/// <summary>
/// The layout of a token container, without the coding of its tokens. docs/absq-format.md specifies it. Everything is little-endian.
/// </summary>
internal static class TokenLayout
{
    public const int Version = 1;

    /// <summary>Bytes of a chunk before and after its payload.</summary>
    public const int ChunkHead = 10, ChunkFoot = 4;

    /// <summary>Bytes of the last part, the same in every file.</summary>
    public const int Tail = FactsSize + 8 + 4 + 2 + 2 + 4 + 8;

    /// <summary>Bytes of the index before and after its lengths.</summary>
    public const int IndexHead = 2, IndexFoot = 4;

    /// <summary>The most tokens that one byte of payload stands for.</summary>
    public const int MaxTokensPerByte = 64;

    private const int FactsSize = TokenFacts.Size;

    /// <summary>The first bytes of a file.</summary>
    public static ReadOnlySpan<byte> Magic => [0x89, (byte)'A', (byte)'B', (byte)'S', (byte)'Q', 0x0D, 0x0A, 0x1A];

    /// <summary>The last bytes of a file.</summary>
    public static ReadOnlySpan<byte> EndMagic => [0x89, (byte)'E', (byte)'N', (byte)'D', 0x0D, 0x0A, 0x1A, 0x0A];

    /// <summary>The first bytes of a chunk.</summary>
    public static ReadOnlySpan<byte> ChunkMarker => [0xAB, (byte)'C'];

    /// <summary>The first bytes of the index.</summary>
    public static ReadOnlySpan<byte> IndexMarker => [0xAB, (byte)'I'];

    /// <summary>One chunk with its checksum.</summary>
    public static byte[] ChunkOf(uint number, int steps, byte[] payload)
    {
        byte[] bytes = new byte[ChunkHead + payload.Length + ChunkFoot];
        ChunkMarker.CopyTo(bytes);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(2), number);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(6), (ushort)steps);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(8), (ushort)payload.Length);
        payload.CopyTo(bytes, ChunkHead);
        return WithChecksum(bytes);
    }

    /// <summary>Everything after the last chunk: the index, and the tail, which repeats the facts.</summary>
    public static byte[] EndOf(TokenHeader header, long samples, IReadOnlyList<ushort> lengths)
    {
        byte[] index = new byte[IndexHead + 2 * lengths.Count + IndexFoot], tail = new byte[Tail - 8];
        IndexMarker.CopyTo(index);
        for (int i = 0; i < lengths.Count; i++)
            BinaryPrimitives.WriteUInt16LittleEndian(index.AsSpan(IndexHead + 2 * i), lengths[i]);

        TokenFacts.Write(header).CopyTo(tail, 0);
        BinaryPrimitives.WriteUInt64LittleEndian(tail.AsSpan(FactsSize), (ulong)samples);
        BinaryPrimitives.WriteUInt32LittleEndian(tail.AsSpan(FactsSize + 8), (uint)lengths.Count);
        BinaryPrimitives.WriteUInt16LittleEndian(tail.AsSpan(FactsSize + 12), Version);
        return [.. WithChecksum(index), .. WithChecksum(tail), .. EndMagic];
    }

    /// <summary>
    /// The facts, samples and number of chunks in a file's last bytes; null where they are damaged or of another version.
    /// </summary>
    public static TokenTail? TailFrom(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Tail || !bytes.EndsWith(EndMagic) || !HasChecksum(bytes[..^8])) return null;
        if (BinaryPrimitives.ReadUInt16LittleEndian(bytes[(FactsSize + 12)..]) != Version) return null;
        ulong samples = BinaryPrimitives.ReadUInt64LittleEndian(bytes[FactsSize..]);
        if (samples > TokenHeader.MaxSamples) return null;
        var header = TokenFacts.Read(bytes);
        uint chunks = BinaryPrimitives.ReadUInt32LittleEndian(bytes[(FactsSize + 8)..]);
        return ChunksOf(header, (long)samples) == chunks ? new TokenTail(header, (long)samples, chunks) : null;
    }

    /// <summary>The payload size of each chunk; null where the index is damaged.</summary>
    public static ushort[]? LengthsFrom(ReadOnlySpan<byte> index)
    {
        if (!index.StartsWith(IndexMarker) || !HasChecksum(index)) return null;
        var bytes = index[IndexHead..^IndexFoot];
        ushort[] lengths = new ushort[bytes.Length / 2];
        for (int i = 0; i < lengths.Length; i++) lengths[i] = BinaryPrimitives.ReadUInt16LittleEndian(bytes[(2 * i)..]);
        return lengths;
    }

    /// <summary>Bytes of a chunk with so many bytes of payload.</summary>
    public static long ChunkSize(int payload) => ChunkHead + payload + ChunkFoot;

    /// <summary>Chunks of a clip.</summary>
    public static long ChunksOf(TokenHeader header, long samples) =>
        (header.StepsOf(samples) + header.StepsPerChunk - 1) / header.StepsPerChunk;

    /// <summary>Whether the last four bytes are the checksum of those before.</summary>
    public static bool HasChecksum(ReadOnlySpan<byte> bytes) =>
        Crc32.Of(bytes[..^4]) == BinaryPrimitives.ReadUInt32LittleEndian(bytes[^4..]);

    /// <summary>Writes the checksum into the last four bytes.</summary>
    public static byte[] WithChecksum(byte[] bytes)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(bytes.Length - 4), Crc32.Of(bytes.AsSpan(0, bytes.Length - 4)));
        return bytes;
    }
}
