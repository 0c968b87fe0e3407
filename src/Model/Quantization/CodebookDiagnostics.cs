using System.Numerics;

namespace AudioBsq.Quantization;

/// <summary>
/// How the codes of a binary quantizer were used over a set of tokens. Entropies are in bits and of the counted frequencies, so they
/// cannot exceed log2 of the number of tokens; a joint entropy far below the sum over single bits tells of bits that say the same.
/// </summary>
public sealed record CodebookDiagnostics
{
    private const double DeadBelow = 0.01;

    /// <summary>Bits of a token.</summary>
    public required int Bits { get; init; }

    /// <summary>Tokens counted.</summary>
    public required long Tokens { get; init; }

    /// <summary>Different tokens among them.</summary>
    public required long Used { get; init; }

    /// <summary>Joint entropy of a token, 0 to <see cref="Bits"/>.</summary>
    public required double Entropy { get; init; }

    /// <summary>Entropy of every bit by itself, highest bit first, each 0 to 1.</summary>
    public required IReadOnlyList<double> BitEntropies { get; init; }

    /// <summary>Mean of |correlation| over all pairs of bits, 0 (independent) to 1; bits that never change count as 0.</summary>
    public required double BitCorrelation { get; init; }

    /// <summary>Different tokens as a part of all that there could be, 0 to 1.</summary>
    public double Usage => Used / Math.Pow(2, Bits);

    /// <summary>Number of equally likely tokens with the same entropy.</summary>
    public double Perplexity => Math.Pow(2, Entropy);

    /// <summary>Entropy as a part of the most that <see cref="Bits"/> allow, 0 to 1.</summary>
    public double EntropyOfVocabulary => Entropy / Bits;

    /// <summary>Entropy as a part of the most that the used tokens allow, 0 to 1; 1 where only one is used.</summary>
    public double EntropyOfUsed => Used <= 1 ? 1 : Entropy / Math.Log2(Used);

    /// <summary>Bits that hardly ever change.</summary>
    public int DeadBits => BitEntropies.Count(entropy => entropy < DeadBelow);

    /// <summary>Counts tokens of <paramref name="bits"/> bits each, 1 to 62.</summary>
    public static CodebookDiagnostics Of(ReadOnlySpan<long> tokens, int bits)
    {
        Check.That(bits is >= 1 and <= 62, bits, "must be from 1 to 62");
        Check.That(tokens.Length > 0, tokens.Length, "must not be empty", nameof(tokens));
        var counts = new Dictionary<long, long>();
        foreach (long token in tokens)
        {
            Check.That(token >= 0 && token >> bits == 0, token, $"must be from 0 to 2^{bits} − 1", nameof(tokens));
            counts[token] = counts.GetValueOrDefault(token) + 1;
        }

        double total = tokens.Length;
        long[,] together = CountBits(counts, bits);
        return new CodebookDiagnostics
        {
            Bits = bits,
            Tokens = tokens.Length,
            Used = counts.Count,
            Entropy = counts.Values.Sum(count => -count / total * Math.Log2(count / total)),
            BitEntropies = [.. Enumerable.Range(0, bits).Select(i => BinaryEntropy(together[i, i] / total))],
            BitCorrelation = Correlation(together, total),
        };
    }

    // How often bits i and j are both set; on the diagonal, how often bit i is. The highest bit is bit 0.
    private static long[,] CountBits(Dictionary<long, long> counts, int bits)
    {
        long[,] together = new long[bits, bits];
        Span<int> set = stackalloc int[bits];
        foreach (var (token, count) in counts)
        {
            int n = 0;
            for (long rest = token; rest != 0; rest &= rest - 1) set[n++] = bits - 1 - BitOperations.TrailingZeroCount(rest);
            for (int i = 0; i < n; i++)
            {
                for (int j = 0; j < n; j++) together[set[i], set[j]] += count;
            }
        }

        return together;
    }

    private static double Correlation(long[,] together, double tokens)
    {
        int bits = together.GetLength(0);
        if (bits == 1) return 0;
        double sum = 0;
        for (int i = 0; i < bits; i++)
        {
            for (int j = 0; j < i; j++)
            {
                double p = together[i, i] / tokens, q = together[j, j] / tokens, both = together[i, j] / tokens;
                double variance = p * (1 - p) * q * (1 - q);
                if (variance > 0) sum += Math.Abs((both - p * q) / Math.Sqrt(variance));
            }
        }

        return sum / (bits * (bits - 1) / 2.0);
    }

    private static double BinaryEntropy(double p) => p is <= 0 or >= 1 ? 0 : -p * Math.Log2(p) - (1 - p) * Math.Log2(1 - p);
}
