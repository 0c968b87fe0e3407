using System.Buffers.Binary;

namespace AudioBsq.Tokens;

/// <summary>The facts of a token container: fields that its header and its tail both have.</summary>
internal static class TokenFacts
{
    /// <summary>Size in bytes.</summary>
    public const int Size = 32;

    public static byte[] Write(TokenHeader header)
    {
        byte[] facts = new byte[Size];
        Convert.FromHexString(header.Fingerprint).CopyTo(facts, 0);
        BinaryPrimitives.WriteInt32LittleEndian(facts.AsSpan(16), header.SampleRate);
        BinaryPrimitives.WriteInt32LittleEndian(facts.AsSpan(20), header.HopLength);
        BinaryPrimitives.WriteUInt16LittleEndian(facts.AsSpan(24), (ushort)header.FramesPerStep);
        BinaryPrimitives.WriteUInt16LittleEndian(facts.AsSpan(26), (ushort)header.TokensPerStep);
        BinaryPrimitives.WriteUInt16LittleEndian(facts.AsSpan(28), (ushort)header.StepsPerChunk);
        (facts[30], facts[31]) = ((byte)header.BitsPerToken, (byte)header.Coding);
        return facts;
    }

    /// <exception cref="InvalidDataException">A value is out of range.</exception>
    public static TokenHeader Read(ReadOnlySpan<byte> facts)
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
}
