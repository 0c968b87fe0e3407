using AudioBsq.Quantization;

namespace AudioBsq.Cli.Reports;

/// <summary>How often each code occurs, and how its bits correlate.</summary>
/// <param name="Diagnostics">The figures.</param>
/// <param name="Counts">Occurrences of each code that occurs, the most frequent one first.</param>
/// <param name="Correlations">Correlation of each bit with each, −1 to 1; null where one of the two is dead.</param>
internal sealed record CodeUse(
    CodebookDiagnostics Diagnostics, IReadOnlyList<int> Counts, IReadOnlyList<IReadOnlyList<double?>> Correlations)
{
    public static CodeUse Of(IReadOnlyList<long> tokens, int bitsPerToken, int tokensPerPosition)
    {
        long[] codes =
            [.. tokens.Chunk(tokensPerPosition).Select(group => group.Aggregate(0L, (code, token) => code << bitsPerToken | token))];
        int bits = bitsPerToken * tokensPerPosition;
        return new CodeUse(
            CodebookDiagnostics.Of([.. tokens], bitsPerToken, tokensPerPosition),
            [.. codes.CountBy(code => code).Select(code => code.Value).OrderDescending()],
            [.. Enumerable.Range(0, bits).Select(row => Row(codes, bits, row))]);
    }

    private static double?[] Row(long[] codes, int bits, int row) =>
        [.. Enumerable.Range(0, bits).Select(column => Correlation(codes, bits - 1 - row, bits - 1 - column))];

    // (p₁₁ − p₁p₂) / √(p₁(1 − p₁)·p₂(1 − p₂)), of two binary variables.
    private static double? Correlation(long[] codes, int first, int second)
    {
        (double one, double other, double both) = (0, 0, 0);
        foreach (long code in codes)
        {
            (long a, long b) = (code >> first & 1, code >> second & 1);
            (one, other, both) = (one + a, other + b, both + (a & b));
        }

        (one, other, both) = (one / codes.Length, other / codes.Length, both / codes.Length);
        double spread = Math.Sqrt(one * (1 - one) * other * (1 - other));
        return spread > 0 ? (both - one * other) / spread : null;
    }
}
