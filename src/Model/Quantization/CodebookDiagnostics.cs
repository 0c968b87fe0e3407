using System.Numerics;

namespace AudioBsq.Quantization;

/// <summary>
/// How well a set of tokens uses its code. The entropies of single bits can be perfect while all bits are equal: judge by the joint
/// entropy and the correlation. Entropies are in bits.
/// </summary>
public sealed record CodebookDiagnostics
{
    /// <summary>Number of codes.</summary>
    public required int Positions { get; init; }

    /// <summary>Bits of one code.</summary>
    public required int Bits { get; init; }

    /// <summary>Number of different codes.</summary>
    public required int DistinctCodes { get; init; }

    /// <summary>Entropy of the whole code, from 0 to the smaller of <see cref="Bits"/> and log2 of <see cref="Positions"/>.</summary>
    public required double JointEntropy { get; init; }

    /// <summary>Entropy of each bit by itself, first coordinate first.</summary>
    public required IReadOnlyList<double> BitEntropies { get; init; }

    /// <summary>Mean absolute correlation between two different bits that are not dead; 0 for fewer than two such bits.</summary>
    public required double MeanBitCorrelation { get; init; }

    /// <summary>
    /// The largest absolute correlation between two different bits that are not dead: 1 where one equals another or its opposite.
    /// </summary>
    public required double MaxBitCorrelation { get; init; }

    /// <summary>Bits that never change.</summary>
    public int DeadBits => BitEntropies.Count(entropy => entropy == 0);

    /// <summary>Share of all 2^Bits codes that occur.</summary>
    public double Usage => DistinctCodes / Math.ScaleB(1, Bits);

    /// <summary>Number of different codes as a share of the most that this many positions can have.</summary>
    public double AttainableUsage => Positions == 0 ? 0 : DistinctCodes / Math.Min(Math.ScaleB(1, Bits), Positions);

    /// <summary>The number of equally likely codes with the same entropy: 2^<see cref="JointEntropy"/>.</summary>
    public double Perplexity => Positions == 0 ? 0 : Math.Pow(2, JointEntropy);

    /// <summary>Mean of <see cref="BitEntropies"/>, 0 to 1.</summary>
    public double MeanBitEntropy => BitEntropies.Average();

    /// <summary><see cref="JointEntropy"/> as a share of <see cref="Bits"/>.</summary>
    public double NormalizedJointEntropy => JointEntropy / Bits;

    /// <summary><see cref="JointEntropy"/> as a share of the highest that this many positions can have; 1 for a single position.</summary>
    public double AttainableJointEntropy => Positions switch
    {
        0 => 0,
        1 => 1,
        _ => JointEntropy / Math.Min(Bits, Math.Log2(Positions)),
    };

    /// <summary>
    /// <see cref="JointEntropy"/> as a share of log2 of <see cref="DistinctCodes"/>: 1 where all codes that occur are equally frequent.
    /// </summary>
    public double Evenness => DistinctCodes switch
    {
        0 => 0,
        1 => 1,
        _ => JointEntropy / Math.Log2(DistinctCodes),
    };

    /// <summary>The diagnostics of tokens.</summary>
    /// <param name="tokens">One code after another, each as the tokens of its groups, first group first.</param>
    /// <param name="bitsPerToken">Bits of one token.</param>
    /// <param name="tokensPerPosition">Tokens of one code.</param>
    /// <exception cref="ArgumentOutOfRangeException">A token has more bits than stated, or a code more than 62.</exception>
    public static CodebookDiagnostics Of(ReadOnlySpan<long> tokens, int bitsPerToken, int tokensPerPosition = 1)
    {
        Check.Positive(bitsPerToken);
        Check.Positive(tokensPerPosition);
        Check.That((long)bitsPerToken * tokensPerPosition <= 62, tokensPerPosition, $"times {bitsPerToken} bits must be at most 62 bits");
        string rule = $"must be a multiple of the {tokensPerPosition} tokens of a position";
        Check.That(tokens.Length % tokensPerPosition == 0, tokens.Length, rule, "tokens.Length");

        long[] codes = new long[tokens.Length / tokensPerPosition];
        for (int i = 0; i < tokens.Length; i++)
        {
            long token = tokens[i];
            Check.That(token >= 0 && token >> bitsPerToken == 0, token, $"must be from 0 to 2^{bitsPerToken} - 1", nameof(tokens));
            ref long code = ref codes[i / tokensPerPosition];
            code = code << bitsPerToken | token;
        }

        return OfCodes(codes, bitsPerToken * tokensPerPosition);
    }

    private static CodebookDiagnostics OfCodes(long[] codes, int bits)
    {
        ulong[][] columns = Columns(codes, bits);
        int[] ones = Array.ConvertAll(columns, column => Count(column, column));
        (double meanCorrelation, double maxCorrelation) = Correlation(columns, ones, codes.Length);
        Array.Sort(codes);
        (int distinct, double joint) = Runs(codes);
        return new CodebookDiagnostics
        {
            Positions = codes.Length,
            Bits = bits,
            DistinctCodes = distinct,
            JointEntropy = joint,
            BitEntropies = Array.ConvertAll(ones, count => Term(count, codes.Length) + Term(codes.Length - count, codes.Length)),
            MeanBitCorrelation = meanCorrelation,
            MaxBitCorrelation = maxCorrelation,
        };
    }

    // For each bit of the code a bit set over positions.
    private static ulong[][] Columns(long[] codes, int bits)
    {
        ulong[][] columns = new ulong[bits][];
        for (int bit = 0; bit < bits; bit++)
        {
            ulong[] column = columns[bit] = new ulong[(codes.Length + 63) / 64];
            for (int i = 0; i < codes.Length; i++) column[i >> 6] |= (ulong)(codes[i] >> (bits - 1 - bit) & 1) << (i & 63);
        }

        return columns;
    }

    private static (int Distinct, double Entropy) Runs(long[] sorted)
    {
        (int distinct, double entropy) = (0, 0);
        for (int start = 0, end; start < sorted.Length; start = end)
        {
            for (end = start + 1; end < sorted.Length && sorted[end] == sorted[start]; end++)
            {
            }

            distinct++;
            entropy += Term(end - start, sorted.Length);
        }

        return (distinct, entropy);
    }

    // The correlation of two binary variables: (p₁₁ − p₁p₂) / √(p₁(1 − p₁)·p₂(1 − p₂)).
    private static (double Mean, double Max) Correlation(ulong[][] columns, int[] ones, int positions)
    {
        int[] live = [.. Enumerable.Range(0, ones.Length).Where(bit => ones[bit] > 0 && ones[bit] < positions)];
        if (live.Length < 2) return (0, 0);
        (double sum, double max) = (0, 0);
        for (int i = 0; i < live.Length; i++)
        {
            for (int j = 0; j < i; j++)
            {
                double both = Count(columns[live[i]], columns[live[j]]) / (double)positions;
                double first = ones[live[i]] / (double)positions, second = ones[live[j]] / (double)positions;
                double correlation = Math.Abs(both - first * second) / Math.Sqrt(first * (1 - first) * second * (1 - second));
                sum += correlation;
                max = Math.Max(max, correlation);
            }
        }

        return (sum / (live.Length * (live.Length - 1) / 2), max);
    }

    private static int Count(ulong[] first, ulong[] second)
    {
        int count = 0;
        for (int i = 0; i < first.Length; i++) count += BitOperations.PopCount(first[i] & second[i]);
        return count;
    }

    private static double Term(int count, int positions)
    {
        double p = (double)count / positions;
        return count == 0 ? 0 : -p * Math.Log2(p) + 0.0;
    }
}
