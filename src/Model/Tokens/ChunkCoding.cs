namespace AudioBsq.Tokens;

/// <summary>Encodes and decodes one chunk's tokens, independently of all other chunks.</summary>
internal static class ChunkCoding
{
    /// <summary>The payload: entropy coded if the header asks for it and it is smaller, otherwise packed.</summary>
    public static byte[] Encode(TokenHeader header, ReadOnlySpan<int> tokens)
    {
        byte[] packed = BitPacking.Pack(tokens, header.BitsPerToken);
        if (header.Coding == TokenCoding.Packed) return packed;
        byte[] coded = EncodeBits(header, tokens);
        int min = MinBytesOf(tokens.Length);
        if (coded.Length < min) Array.Resize(ref coded, min);
        return coded.Length < packed.Length ? coded : packed;
    }

    /// <summary>Whether a payload can have this many bytes.</summary>
    public static bool Allows(TokenHeader header, int steps, int bytes)
    {
        int packed = header.PackedBytesOf(steps), min = MinBytesOf(steps * header.TokensPerStep);
        return bytes == packed || (header.Coding == TokenCoding.Entropy && bytes < packed && bytes >= min);
    }

    /// <summary>The tokens, or null where no writer makes such bytes. <see cref="Allows"/> must be true of their number.</summary>
    public static int[]? Decode(TokenHeader header, int steps, ReadOnlySpan<byte> payload)
    {
        int[] tokens = new int[steps * header.TokensPerStep];
        if (payload.Length == header.PackedBytesOf(steps))
            return BitPacking.TryUnpack(payload, header.BitsPerToken, tokens) ? tokens : null;
        var model = new BitModel(header.BitsPerToken, header.TokensPerStep);
        var decoder = new RangeDecoder(payload);
        for (int i = 0; i < tokens.Length; i++)
        {
            int token = 0;
            for (int bit = 0; bit < header.BitsPerToken; bit++)
            {
                int value = decoder.Decode(model.Predict(tokens, i, bit, token & 1));
                model.Update(value);
                token = (token << 1) | value;
            }

            tokens[i] = token;
        }

        return tokens;
    }

    private static int MinBytesOf(int tokens) => (tokens + TokenLayout.MaxTokensPerByte - 1) / TokenLayout.MaxTokensPerByte;

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
                encoder.Encode(value, model.Predict(tokens, i, bit, above));
                model.Update(value);
                above = value;
            }
        }

        return encoder.Finish();
    }
}
