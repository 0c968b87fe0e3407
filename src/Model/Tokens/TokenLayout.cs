using System.Buffers.Binary;

namespace AudioBsq.Tokens;

/// <summary>The bytes of a token container but for its tokens; docs/absq-format.md is the specification. Every number is little-endian.</summary>
internal static class TokenLayout
{
    public const int Version = 1;

    /// <summary>Bytes of a chunk before its payload, and after it.</summary>
    public const int ChunkHead = 10, ChunkFoot = 4;

    /// <summary>Bytes of the last part, which is of the same size in every file.</summary>
    public const int Tail = FactsSize + 8 + 4 + 2 + 2 + 4 + 8;

    /// <summary>Bytes in front of and behind the index's lengths.</summary>
    public const int IndexHead = 2, IndexFoot = 4;

    /// <summary>A chunk has at least one byte of payload for so many tokens.</summary>
    public const int MostTokensPerByte = 64;

    private const int FactsSize = TokenFacts.Size;

    /// <summary>What a file begins with.</summary>
    public static ReadOnlySpan<byte> Magic => [0x89, (byte)'A', (byte)'B', (byte)'S', (byte)'Q', 0x0D, 0x0A, 0x1A];

    /// <summary>What it ends with.</summary>
    public static ReadOnlySpan<byte> EndMagic => [0x89, (byte)'E', (byte)'N', (byte)'D', 0x0D, 0x0A, 0x1A, 0x0A];

    /// <summary>What a chunk begins with, and the index.</summary>
    public static ReadOnlySpan<byte> ChunkMarker => [0xAB, (byte)'C'];

    public static ReadOnlySpan<byte> IndexMarker => [0xAB, (byte)'I'];

    /// <summary>One chunk with its check sum.</summary>
    public static byte[] ChunkOf(uint number, int steps, byte[] payload)
    {
        byte[] bytes = new byte[ChunkHead + payload.Length + ChunkFoot];
        ChunkMarker.CopyTo(bytes);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(2), number);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(6), (ushort)steps);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(8), (ushort)payload.Length);
        payload.CopyTo(bytes, ChunkHead);
        return Sealed(bytes);
    }

    /// <summary>All that follows the last chunk: the index, and the tail with the facts once more.</summary>
    public static byte[] EndOf(TokenHeader header, long samples, IReadOnlyList<ushort> lengths)
    {
        byte[] index = new byte[IndexHead + 2 * lengths.Count + IndexFoot], tail = new byte[Tail - 8];
        IndexMarker.CopyTo(index);
        for (int i = 0; i < lengths.Count; i++) BinaryPrimitives.WriteUInt16LittleEndian(index.AsSpan(IndexHead + 2 * i), lengths[i]);
        TokenFacts.Write(header).CopyTo(tail, 0);
        BinaryPrimitives.WriteUInt64LittleEndian(tail.AsSpan(FactsSize), (ulong)samples);
        BinaryPrimitives.WriteUInt32LittleEndian(tail.AsSpan(FactsSize + 8), (uint)lengths.Count);
        BinaryPrimitives.WriteUInt16LittleEndian(tail.AsSpan(FactsSize + 12), Version);
        return [.. Sealed(index), .. Sealed(tail), .. EndMagic];
    }

    /// <summary>The facts, samples and number of chunks in a file's last bytes, or null where they are damaged or of another version.</summary>
    public static (TokenHeader Header, long Samples, uint Chunks)? TailFrom(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Tail || !bytes.EndsWith(EndMagic) || !IsSealed(bytes[..^8])) return null;
        if (BinaryPrimitives.ReadUInt16LittleEndian(bytes[(FactsSize + 12)..]) != Version) return null;
        ulong samples = BinaryPrimitives.ReadUInt64LittleEndian(bytes[FactsSize..]);
        if (samples > TokenHeader.MostSamples) return null;
        var header = TokenFacts.Read(bytes);
        uint chunks = BinaryPrimitives.ReadUInt32LittleEndian(bytes[(FactsSize + 8)..]);
        return ChunksOf(header, (long)samples) == chunks ? (header, (long)samples, chunks) : null;
    }

    /// <summary>The payload bytes of each chunk, or null where the index is damaged.</summary>
    public static ushort[]? LengthsFrom(ReadOnlySpan<byte> index)
    {
        if (!index.StartsWith(IndexMarker) || !IsSealed(index)) return null;
        var bytes = index[IndexHead..^IndexFoot];
        ushort[] lengths = new ushort[bytes.Length / 2];
        for (int i = 0; i < lengths.Length; i++) lengths[i] = BinaryPrimitives.ReadUInt16LittleEndian(bytes[(2 * i)..]);
        return lengths;
    }

    /// <summary>Chunks of so many samples.</summary>
    public static long ChunksOf(TokenHeader header, long samples) => (header.StepsOf(samples) + header.StepsPerChunk - 1) / header.StepsPerChunk;

    /// <summary>Whether the last four bytes are the check sum of those before.</summary>
    public static bool IsSealed(ReadOnlySpan<byte> bytes) => Crc32.Of(bytes[..^4]) == BinaryPrimitives.ReadUInt32LittleEndian(bytes[^4..]);

    /// <summary>The bytes with the check sum in their last four.</summary>
    public static byte[] Sealed(byte[] bytes)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(bytes.Length - 4), Crc32.Of(bytes.AsSpan(0, bytes.Length - 4)));
        return bytes;
    }
}
