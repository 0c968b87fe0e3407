namespace AudioBsq.Tokens;

/// <summary>One chunk's tokens as bytes and back, without knowledge of any other chunk.</summary>
internal static class ChunkCoding
{
    /// <summary>The payload: packed, or coded where that is asked for and is smaller.</summary>
    public static byte[] Encode(TokenHeader header, ReadOnlySpan<int> tokens)
    {
        byte[] packed = BitPacking.Pack(tokens, header.BitsPerToken);
        if (header.Coding == TokenCoding.Packed) return packed;
        byte[] coded = EncodeBits(header, tokens);
        int least = LeastBytesOf(tokens.Length);
        if (coded.Length < least) Array.Resize(ref coded, least);
        return coded.Length < packed.Length ? coded : packed;
    }

    /// <summary>Whether a payload can have this many bytes.</summary>
    public static bool Allows(TokenHeader header, int steps, int bytes)
    {
        int packed = header.PackedBytesOf(steps);
        return bytes == packed || (header.Coding == TokenCoding.Entropy && bytes < packed && bytes >= LeastBytesOf(steps * header.TokensPerStep));
    }

    /// <summary>The tokens, or null where the bytes are none of a writer's. Their number must be one that <see cref="Allows"/> allows.</summary>
    public static int[]? Decode(TokenHeader header, int steps, ReadOnlySpan<byte> payload)
    {
        int[] tokens = new int[steps * header.TokensPerStep];
        if (payload.Length == header.PackedBytesOf(steps)) return BitPacking.TryUnpack(payload, header.BitsPerToken, tokens) ? tokens : null;
        var model = new BitModel(header.BitsPerToken, header.TokensPerStep);
        var decoder = new RangeDecoder(payload);
        for (int i = 0; i < tokens.Length; i++)
        {
            int token = 0;
            for (int bit = 0; bit < header.BitsPerToken; bit++)
            {
                int value = decoder.Decode(model.Foresee(tokens, i, bit, token & 1));
                model.Learn(value);
                token = (token << 1) | value;
            }

            tokens[i] = token;
        }

        return tokens;
    }

    private static int LeastBytesOf(int tokens) => (tokens + TokenLayout.MostTokensPerByte - 1) / TokenLayout.MostTokensPerByte;

    private static byte[] EncodeBits(TokenHeader header, ReadOnlySpan<int> tokens)
    {
        var model = new BitModel(header.BitsPerToken, header.TokensPerStep);
        var encoder = new RangeEncoder();
        for (int i = 0; i < tokens.Length; i++)
        {
            int above = 0;
            for (int bit = 0; bit < header.BitsPerToken; bit++)
            {
                int value = (tokens[i] >> (header.BitsPerToken - 1 - bit)) & 1;
                encoder.Encode(value, model.Foresee(tokens, i, bit, above));
                model.Learn(value);
                above = value;
            }
        }

        return encoder.Finish();
    }
}
