namespace AudioBsq.Tokens;

/// <summary>
/// Packs tokens of a fixed number of bits without gaps. The first token's lowest bit is the first byte's lowest bit; unused bits of the
/// last byte are zero.
/// </summary>
internal static class BitPacking
{
    /// <summary>Bytes that packed tokens take.</summary>
    public static long BytesOf(long tokens, int bits) => (tokens * bits + 7) / 8;

    public static byte[] Pack(ReadOnlySpan<int> tokens, int bits)
    {
        byte[] bytes = new byte[BytesOf(tokens.Length, bits)];
        ulong held = 0;
        int count = 0, at = 0;
        foreach (int token in tokens)
        {
            held |= (ulong)token << count;
            for (count += bits; count >= 8; count -= 8, held >>= 8) bytes[at++] = (byte)held;
        }

        if (count > 0) bytes[at] = (byte)held;
        return bytes;
    }

    /// <summary>Fills <paramref name="tokens"/>; false where unused bits of the last byte are not zero.</summary>
    public static bool TryUnpack(ReadOnlySpan<byte> bytes, int bits, Span<int> tokens)
    {
        ulong held = 0;
        int count = 0, at = 0;
        for (int i = 0; i < tokens.Length; i++)
        {
            for (; count < bits; count += 8) held |= (ulong)bytes[at++] << count;
            tokens[i] = (int)(held & ((1UL << bits) - 1));
            held >>= bits;
            count -= bits;
        }

        return held == 0;
    }
}
