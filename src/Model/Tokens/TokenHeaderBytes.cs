using System.Buffers.Binary;
using System.Text;

namespace AudioBsq.Tokens;

/// <summary>The header of a token container: the facts, and the texts that stand in the header alone.</summary>
internal static class TokenHeaderBytes
{
    /// <summary>Bytes of a header's beginning: magic, version, size, facts and samples.</summary>
    public const int Fixed = 8 + 2 + 2 + TokenFacts.Size + 8;

    private const ulong Unknown = ulong.MaxValue;

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <exception cref="ArgumentException">Name or metadata are too long.</exception>
    public static byte[] Write(TokenHeader header)
    {
        header.Validate();
        Check.That(header.Metadata.Count <= TokenHeader.MostMetadata, header.Metadata.Count, $"must be at most {TokenHeader.MostMetadata}", nameof(header.Metadata));
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        writer.Write(TokenLayout.Magic);
        writer.Write((ushort)TokenLayout.Version);
        writer.Write((ushort)0); // the size, when it is known
        writer.Write(TokenFacts.Write(header));
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
        return TokenLayout.Sealed(bytes);
    }

    /// <summary>The size that a header's beginning claims, or 0 where it is none.</summary>
    public static int SizeOf(ReadOnlySpan<byte> beginning)
    {
        if (beginning.Length < Fixed || !beginning.StartsWith(TokenLayout.Magic)) return 0;
        int size = BinaryPrimitives.ReadUInt16LittleEndian(beginning[10..]);
        return size < Fixed + 8 ? 0 : size;
    }

    /// <summary>A whole header, or null where its check sum is wrong.</summary>
    /// <exception cref="InvalidDataException">It is of another version, or what it says cannot be.</exception>
    public static TokenHeader? Read(ReadOnlySpan<byte> bytes)
    {
        if (!TokenLayout.IsSealed(bytes)) return null;
        CheckVersion(BinaryPrimitives.ReadUInt16LittleEndian(bytes[8..]));
        var header = TokenFacts.Read(bytes[12..]);
        ulong samples = BinaryPrimitives.ReadUInt64LittleEndian(bytes[(12 + TokenFacts.Size)..]);
        if (samples != Unknown && samples > TokenHeader.MostSamples) throw new InvalidDataException($"It claims {samples:N0} samples.");
        var rest = bytes[Fixed..^4];
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

    private static void CheckVersion(int version)
    {
        if (version != TokenLayout.Version) throw new InvalidDataException($"It is of version {version} of the format; this release reads version {TokenLayout.Version}.");
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
