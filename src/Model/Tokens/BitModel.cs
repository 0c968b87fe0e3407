namespace AudioBsq.Tokens;

/// <summary>
/// What the next bit of a chunk's tokens will be, learned from those before it in whole numbers alone: the same on every machine. The mean of
/// two tables: one knows which bit of the code it is, the bit above it, and the same bit of the token one place lower in the time step; the
/// other knows also the same bit of the token in this place one step earlier.
/// </summary>
internal sealed class BitModel(int bitsPerToken, int tokensPerStep)
{
    private const int None = 2, SlowestCount = 30, Surest = 32;

    // For each context the probability of 1 in parts of 65,536, and how often it was met.
    private readonly int[] _place = Fresh(bitsPerToken * 6), _placeAndTime = Fresh(bitsPerToken * 18);
    private readonly byte[] _placeCount = new byte[bitsPerToken * 6], _placeAndTimeCount = new byte[bitsPerToken * 18];
    private int _first, _second;

    /// <summary>Turns to one bit, and gives the probability that it is 1.</summary>
    /// <param name="tokens">The chunk's tokens up to the one that the bit is of.</param>
    /// <param name="index">The token.</param>
    /// <param name="bit">0 for its highest bit.</param>
    /// <param name="above">The bit above it, or 0 for the highest.</param>
    public int Foresee(ReadOnlySpan<int> tokens, int index, int bit, int above)
    {
        int shift = bitsPerToken - 1 - bit;
        int below = index % tokensPerStep == 0 ? None : (tokens[index - 1] >> shift) & 1;
        int before = index < tokensPerStep ? None : (tokens[index - tokensPerStep] >> shift) & 1;
        _first = (bit * 3 + below) * 2 + above;
        _second = ((bit * 3 + below) * 3 + before) * 2 + above;
        return Math.Clamp((_place[_first] + _placeAndTime[_second]) / 2, Surest, 65_536 - Surest);
    }

    /// <summary>Learns what the bit was.</summary>
    public void Learn(int bit)
    {
        Learn(ref _place[_first], ref _placeCount[_first], bit);
        Learn(ref _placeAndTime[_second], ref _placeAndTimeCount[_second], bit);
    }

    private static void Learn(ref int one, ref byte count, int bit)
    {
        if (count < SlowestCount) count++;
        one += ((bit << 16) - one) * 2 / (2 * count + 3);
    }

    private static int[] Fresh(int contexts)
    {
        int[] table = new int[contexts];
        Array.Fill(table, 32_768);
        return table;
    }
}
