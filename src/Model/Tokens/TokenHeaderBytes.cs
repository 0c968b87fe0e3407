using System.Buffers.Binary;
using System.Text;

namespace AudioBsq.Tokens;

/// <summary>Writes and reads the header of a token container: the facts, the model's name and the metadata.</summary>
internal static class TokenHeaderBytes
{
    /// <summary>Bytes before the name: magic, version, size, facts and samples.</summary>
    public const int FixedSize = 8 + 2 + 2 + TokenFacts.Size + 8;

    private const ulong Unknown = ulong.MaxValue;

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <exception cref="ArgumentException">Name or metadata are too long.</exception>
    public static byte[] Write(TokenHeader header)
    {
        header.Validate();
        int count = header.Metadata.Count;
        Check.That(count <= TokenHeader.MaxMetadata, count, $"must be at most {TokenHeader.MaxMetadata}", nameof(header.Metadata));
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        writer.Write(TokenLayout.Magic);
        writer.Write((ushort)TokenLayout.Version);
        writer.Write((ushort)0); // the size, which is known at the end
        writer.Write(TokenFacts.Write(header));
        writer.Write(header.Samples is { } samples ? (ulong)samples : Unknown);
        WriteText(writer, header.ModelName, 0, TokenHeader.MaxNameBytes, nameof(header.ModelName));
        writer.Write((ushort)count);
        foreach (var (key, value) in header.Metadata.OrderBy(entry => entry.Key, StringComparer.Ordinal))
        {
            WriteText(writer, key, 1, TokenHeader.MaxKeyBytes, "a metadata key");
            WriteText(writer, value, 0, TokenHeader.MaxValueBytes, $"metadata '{key}'");
        }

        long size = stream.Length + 4;
        const string Rule = "bytes of name and metadata are too many: a header has at most 65,535";
        Check.That(size <= ushort.MaxValue, size, Rule, nameof(header.Metadata));
        byte[] bytes = [.. stream.ToArray(), 0, 0, 0, 0];
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(10), (ushort)size);
        return TokenLayout.WithChecksum(bytes);
    }

    /// <summary>The size of the header that starts with these bytes, or 0 where none does.</summary>
    public static int SizeOf(ReadOnlySpan<byte> beginning)
    {
        if (beginning.Length < FixedSize || !beginning.StartsWith(TokenLayout.Magic)) return 0;
        int size = BinaryPrimitives.ReadUInt16LittleEndian(beginning[10..]);
        return size < FixedSize + 8 ? 0 : size;
    }

    /// <summary>The header in these bytes, or null where its checksum is wrong.</summary>
    /// <exception cref="InvalidDataException">It has another version, or a value is out of range.</exception>
    public static TokenHeader? Read(ReadOnlySpan<byte> bytes)
    {
        if (!TokenLayout.HasChecksum(bytes)) return null;
        CheckVersion(BinaryPrimitives.ReadUInt16LittleEndian(bytes[8..]));
        var header = TokenFacts.Read(bytes[12..]);
        ulong samples = BinaryPrimitives.ReadUInt64LittleEndian(bytes[(12 + TokenFacts.Size)..]);
        if (samples != Unknown && samples > TokenHeader.MaxSamples) throw new InvalidDataException($"It claims {samples:N0} samples.");
        var rest = bytes[FixedSize..^4];
        string name = ReadText(ref rest, 0, TokenHeader.MaxNameBytes);
        var metadata = new Dictionary<string, string>();
        int count = ReadUInt16(ref rest);
        if (count > TokenHeader.MaxMetadata)
            throw new InvalidDataException($"It claims {count} metadata entries; at most {TokenHeader.MaxMetadata} are possible.");
        for (int i = 0; i < count; i++)
        {
            string key = ReadText(ref rest, 1, TokenHeader.MaxKeyBytes);
            if (!metadata.TryAdd(key, ReadText(ref rest, 0, TokenHeader.MaxValueBytes)))
                throw new InvalidDataException("It has two metadata entries of one name.");
        }

        if (!rest.IsEmpty) throw new InvalidDataException("Its header is longer than what is in it.");
        return header with { ModelName = name, Metadata = metadata, Samples = samples == Unknown ? null : (long)samples };
    }

    private static void CheckVersion(int version)
    {
        if (version != TokenLayout.Version)
            throw new InvalidDataException($"It is of version {version} of the format; this release reads version {TokenLayout.Version}.");
    }

    private static void WriteText(BinaryWriter writer, string text, int min, int max, string what)
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

        Check.That(bytes.Length >= min && bytes.Length <= max, bytes.Length, $"bytes must be from {min} to {max}", what);
        writer.Write((ushort)bytes.Length);
        writer.Write(bytes);
    }

    private static int ReadUInt16(ref ReadOnlySpan<byte> rest)
    {
        if (rest.Length < 2) throw new InvalidDataException("Its header is shorter than what is in it.");
        int number = BinaryPrimitives.ReadUInt16LittleEndian(rest);
        rest = rest[2..];
        return number;
    }

    private static string ReadText(ref ReadOnlySpan<byte> rest, int min, int max)
    {
        int length = ReadUInt16(ref rest);
        if (length < min || length > max || length > rest.Length)
            throw new InvalidDataException($"Its header has a text of {length} bytes; {min} to {max} are possible.");
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
