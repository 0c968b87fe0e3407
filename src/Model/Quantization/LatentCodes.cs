using System.Numerics.Tensors;

namespace AudioBsq.Quantization;

/// <summary>
/// Tokens of latents, and bits of tokens, as an encoder and a decoder in use need them: <see cref="Quantizer"/> without gradients, on
/// arrays.
/// </summary>
internal sealed class LatentCodes(QuantizerOptions options, Compatibility compatibility)
{
    private readonly LevelGrid? _grid = options.Kind == QuantizerKind.FiniteScalar ? new LevelGrid(options) : null;

    /// <summary>Latents (positions, dimension) → tokens (positions, TokensPerPosition).</summary>
    public int[] TokensOf(ReadOnlySpan<float> latents)
    {
        int perToken = options.BitsPerToken, perPosition = options.Bits / perToken, dimension = options.Dimension;
        int[] tokens = new int[latents.Length / dimension * perPosition];
        Span<bool> bits = stackalloc bool[options.Bits];
        for (int position = 0; position * dimension < latents.Length; position++)
        {
            BitsOf(latents.Slice(position * dimension, dimension), bits);
            for (int i = 0; i < perPosition; i++) tokens[position * perPosition + i] = Pack(bits.Slice(i * perToken, perToken));
        }

        return tokens;
    }

    /// <summary>Tokens → bits (positions, bits), 0 or 1.</summary>
    public float[] BitsOf(ReadOnlySpan<int> tokens)
    {
        int perToken = options.BitsPerToken;
        float[] bits = new float[tokens.Length * perToken];
        for (int i = 0; i < bits.Length; i++) bits[i] = (tokens[i / perToken] >> (perToken - 1 - i % perToken)) & 1;
        return bits;
    }

    /// <summary>
    /// Which of some equally long rows of latents have one that is closer than <paramref name="distance"/> to where its code changes,
    /// relative to the mean size of a latent: there rounding may decide the code.
    /// </summary>
    public IEnumerable<int> CloseRows(float[] latents, int rows, double distance)
    {
        if (latents.Length == 0) yield break;
        float limit = (float)(distance * TensorPrimitives.SumOfMagnitudes<float>(latents) / latents.Length);
        if (_grid is not null) limit = Math.Max(limit, (float)distance);
        int length = latents.Length / rows;
        for (int row = 0; row < rows; row++)
        {
            if (IsClose(latents.AsSpan(row * length, length), limit)) yield return row;
        }
    }

    private bool IsClose(ReadOnlySpan<float> latents, float limit)
    {
        if (_grid is null) return MathF.Abs(TensorPrimitives.MinMagnitude(latents)) < limit;
        for (int i = 0; i < latents.Length; i++)
        {
            int coordinate = i % _grid.Bits.Length;
            float bounded = Bound(latents[i], coordinate);
            if ((0.5f - MathF.Abs(bounded - MathF.Round(bounded))) / (float)_grid.Radius[coordinate] < limit) return true;
        }

        return false;
    }

    private void BitsOf(ReadOnlySpan<float> latent, Span<bool> bits)
    {
        for (int i = 0, at = 0; i < latent.Length; i++)
        {
            if (_grid is null)
            {
                bits[at++] = latent[i] > 0; // zero counts as negative
                continue;
            }

            int level = (int)(MathF.Round(Bound(latent[i], i)) + (float)_grid.HalfWidth[i]);
            for (int bit = _grid.Bits[i] - 1; bit >= 0; bit--) bits[at++] = (level >> bit & 1) == 1;
        }
    }

    private float Bound(float latent, int coordinate) =>
        MathF.Tanh(latent + (float)_grid!.Shift[coordinate]) * (float)_grid.Radius[coordinate] - 0.5f;

    private int Pack(ReadOnlySpan<bool> bits)
    {
        int token = 0;
        float sum = 0; // as published: wrong above 24 bits
        for (int i = 0; i < bits.Length; i++)
        {
            int value = bits[i] ? 1 << (bits.Length - 1 - i) : 0;
            (token, sum) = (token | value, sum + value);
        }

        return compatibility.FloatTokens ? (int)sum : token;
    }
}
