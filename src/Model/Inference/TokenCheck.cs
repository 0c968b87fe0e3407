namespace AudioBsq.Inference;

/// <summary>Checks tokens that a caller passes.</summary>
internal static class TokenCheck
{
    /// <exception cref="ArgumentException">The tokens do not fill whole time steps, or one is out of range.</exception>
    public static void Require(ReadOnlySpan<int> tokens, AudioBsqOptions options)
    {
        int perStep = options.TokensPerStep, bits = options.BitsPerToken;
        Check.That(
            tokens.Length % perStep == 0, tokens.Length, $"must be a multiple of the {perStep} tokens of one time step", nameof(tokens));
        foreach (int token in tokens)
            Check.That(token >= 0 && token >> bits == 0, token, $"must be from 0 to 2^{bits} − 1", nameof(tokens));
    }
}
