using System.Buffers.Binary;
using System.Text;

namespace AudioBsq.Tokens;

/// <summary>The bytes of a token container but for its tokens; docs/absq-format.md is the specification. Every number is little-endian.</summary>
internal static class TokenLayout
{
    public const int Version = 1;

    /// <summary>Bytes of a header's beginning: magic, version, size, facts and samples.</summary>
    public const int FixedHeader = 8 + 2 + 2 + FactsSize + 8;

    /// <summary>Bytes of a chunk before its payload, and after it.</summary>
    public const int ChunkHead = 10, ChunkFoot = 4;

    /// <summary>Bytes of the last part, which is of the same size in every file.</summary>
    public const int Tail = FactsSize + 8 + 4 + 2 + 2 + 4 + 8;

    /// <summary>Bytes in front of and behind the index's lengths.</summary>
    public const int IndexHead = 2, IndexFoot = 4;

    /// <summary>A chunk has at least one byte of payload for so many tokens.</summary>
    public const int MostTokensPerByte = 64;

    private const int FactsSize = 32;
    private const ulong Unknown = ulong.MaxValue;

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>What a file begins with.</summary>
    public static ReadOnlySpan<byte> Magic => [0x89, (byte)'A', (byte)'B', (byte)'S', (byte)'Q', 0x0D, 0x0A, 0x1A];

    /// <summary>What it ends with.</summary>
    public static ReadOnlySpan<byte> EndMagic => [0x89, (byte)'E', (byte)'N', (byte)'D', 0x0D, 0x0A, 0x1A, 0x0A];

    /// <summary>What a chunk begins with, and the index.</summary>
    public static ReadOnlySpan<byte> ChunkMarker => [0xAB, (byte)'C'];

    public static ReadOnlySpan<byte> IndexMarker => [0xAB, (byte)'I'];

    /// <exception cref="ArgumentException">Name or metadata are too long.</exception>
    public static byte[] HeaderOf(TokenHeader header)
    {
        header.Validate();
        Check.That(header.Metadata.Count <= TokenHeader.MostMetadata, header.Metadata.Count, $"must be at most {TokenHeader.MostMetadata}", nameof(header.Metadata));
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        writer.Write(Magic);
        writer.Write((ushort)Version);
        writer.Write((ushort)0); // the size, when it is known
        writer.Write(FactsOf(header));
        writer.Write(header.Samples is { } samples ? (ulong)samples : Unknown);
        WriteText(writer, header.ModelName, 0, TokenHeader.LongestName, nameof(header.ModelName));
        writer.Write((ushort)header.Metadata.Count);
        foreach (var (key, value) in header.Metadata.OrderBy(entry => entry.Key, StringComparer.Ordinal))
        {
            WriteText(writer, key, 1, TokenHeader.LongestKey, "a metadata key");
            WriteText(writer, value, 0, TokenHeader.LongestValue, $"metadata '{key}'");
        }

        long size = stream.Length + 4;
        Check.That(size <= ushort.MaxValue, size, "bytes of name and metadata are too many: a header has at most 65,535", nameof(header.Metadata));
        byte[] bytes = [.. stream.ToArray(), 0, 0, 0, 0];
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(10), (ushort)size);
        return Sealed(bytes);
    }

    /// <summary>The size that a header's beginning claims, or 0 where it is none.</summary>
    public static int SizeOfHeader(ReadOnlySpan<byte> beginning)
    {
        if (beginning.Length < FixedHeader || !beginning.StartsWith(Magic)) return 0;
        int size = BinaryPrimitives.ReadUInt16LittleEndian(beginning[10..]);
        return size < FixedHeader + 8 ? 0 : size;
    }

    /// <summary>A whole header, or null where its check sum is wrong.</summary>
    /// <exception cref="InvalidDataException">It is of another version, or what it says cannot be.</exception>
    public static TokenHeader? HeaderFrom(ReadOnlySpan<byte> bytes)
    {
        if (!IsSealed(bytes)) return null;
        CheckVersion(BinaryPrimitives.ReadUInt16LittleEndian(bytes[8..]));
        var header = FactsFrom(bytes[12..]);
        ulong samples = BinaryPrimitives.ReadUInt64LittleEndian(bytes[(12 + FactsSize)..]);
        if (samples != Unknown && samples > TokenHeader.MostSamples) throw new InvalidDataException($"It claims {samples:N0} samples.");
        var rest = bytes[FixedHeader..^4];
        string name = ReadText(ref rest, 0, TokenHeader.LongestName);
        var metadata = new Dictionary<string, string>();
        int count = ReadNumber(ref rest);
        if (count > TokenHeader.MostMetadata) throw new InvalidDataException($"It claims {count} metadata entries; at most {TokenHeader.MostMetadata} are possible.");
        for (int i = 0; i < count; i++)
        {
            string key = ReadText(ref rest, 1, TokenHeader.LongestKey);
            if (!metadata.TryAdd(key, ReadText(ref rest, 0, TokenHeader.LongestValue))) throw new InvalidDataException("It has two metadata entries of one name.");
        }

        if (!rest.IsEmpty) throw new InvalidDataException("Its header is longer than what is in it.");
        return header with { ModelName = name, Metadata = metadata, Samples = samples == Unknown ? null : (long)samples };
    }

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
        FactsOf(header).CopyTo(tail, 0);
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
        var header = FactsFrom(bytes);
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

    private static byte[] Sealed(byte[] bytes)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(bytes.Length - 4), Crc32.Of(bytes.AsSpan(0, bytes.Length - 4)));
        return bytes;
    }

    private static byte[] FactsOf(TokenHeader header)
    {
        byte[] facts = new byte[FactsSize];
        Convert.FromHexString(header.Fingerprint).CopyTo(facts, 0);
        BinaryPrimitives.WriteInt32LittleEndian(facts.AsSpan(16), header.SampleRate);
        BinaryPrimitives.WriteInt32LittleEndian(facts.AsSpan(20), header.HopLength);
        BinaryPrimitives.WriteUInt16LittleEndian(facts.AsSpan(24), (ushort)header.FramesPerStep);
        BinaryPrimitives.WriteUInt16LittleEndian(facts.AsSpan(26), (ushort)header.TokensPerStep);
        BinaryPrimitives.WriteUInt16LittleEndian(facts.AsSpan(28), (ushort)header.StepsPerChunk);
        (facts[30], facts[31]) = ((byte)header.BitsPerToken, (byte)header.Coding);
        return facts;
    }

    private static TokenHeader FactsFrom(ReadOnlySpan<byte> facts)
    {
        var header = new TokenHeader
        {
            Fingerprint = Convert.ToHexStringLower(facts[..16]),
            SampleRate = BinaryPrimitives.ReadInt32LittleEndian(facts[16..]),
            HopLength = BinaryPrimitives.ReadInt32LittleEndian(facts[20..]),
            FramesPerStep = BinaryPrimitives.ReadUInt16LittleEndian(facts[24..]),
            TokensPerStep = BinaryPrimitives.ReadUInt16LittleEndian(facts[26..]),
            StepsPerChunk = BinaryPrimitives.ReadUInt16LittleEndian(facts[28..]),
            BitsPerToken = facts[30],
            Coding = (TokenCoding)facts[31],
        };
        try
        {
            header.Validate();
            return header;
        }
        catch (ArgumentException cause)
        {
            throw new InvalidDataException($"It says what cannot be: {cause.Message}", cause);
        }
    }

    private static void CheckVersion(int version)
    {
        if (version != Version) throw new InvalidDataException($"It is of version {version} of the format; this release reads version {Version}.");
    }

    private static void WriteText(BinaryWriter writer, string text, int least, int most, string what)
    {
        byte[] bytes;
        try
        {
            bytes = Utf8.GetBytes(text);
        }
        catch (EncoderFallbackException cause)
        {
            throw new ArgumentException($"{what} is no valid Unicode.", nameof(text), cause);
        }

        Check.That(bytes.Length >= least && bytes.Length <= most, bytes.Length, $"bytes must be from {least} to {most}", what);
        writer.Write((ushort)bytes.Length);
        writer.Write(bytes);
    }

    private static int ReadNumber(ref ReadOnlySpan<byte> rest)
    {
        if (rest.Length < 2) throw new InvalidDataException("Its header is shorter than what is in it.");
        int number = BinaryPrimitives.ReadUInt16LittleEndian(rest);
        rest = rest[2..];
        return number;
    }

    private static string ReadText(ref ReadOnlySpan<byte> rest, int least, int most)
    {
        int length = ReadNumber(ref rest);
        if (length < least || length > most || length > rest.Length) throw new InvalidDataException($"Its header has a text of {length} bytes; {least} to {most} are possible.");
        try
        {
            string text = Utf8.GetString(rest[..length]);
            rest = rest[length..];
            return text;
        }
        catch (DecoderFallbackException cause)
        {
            throw new InvalidDataException("Its header has a text that is no UTF-8.", cause);
        }
    }
}
