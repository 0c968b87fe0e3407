namespace AudioBsq.Tokens;

/// <summary>
/// An adaptive model of the bits of a chunk's tokens, in integers only, so that every machine computes the same. The probability is the
/// mean of two tables of contexts. A context of the first is the index of the bit, the bit above it, and the same bit of the token one
/// place lower in the time step; the second adds the same bit of the token in this place one step earlier.
/// </summary>
internal sealed class BitModel(int bitsPerToken, int tokensPerStep)
{
    private const int None = 2, MaxCount = 30, MinProbability = 32;

    // For each context the probability of 1 in parts of 65,536, and how often the context occurred.
    private readonly int[] _place = NewTable(bitsPerToken * 6), _placeAndTime = NewTable(bitsPerToken * 18);
    private readonly byte[] _placeCount = new byte[bitsPerToken * 6], _placeAndTimeCount = new byte[bitsPerToken * 18];
    private int _first, _second;

    /// <summary>Selects one bit and returns the probability that it is 1.</summary>
    /// <param name="tokens">The chunk's tokens before the one with this bit.</param>
    /// <param name="index">Index of the token.</param>
    /// <param name="bit">0 for its highest bit.</param>
    /// <param name="above">The bit above it, or 0 for the highest.</param>
    public int Predict(ReadOnlySpan<int> tokens, int index, int bit, int above)
    {
        int shift = bitsPerToken - 1 - bit;
        int below = index % tokensPerStep == 0 ? None : (tokens[index - 1] >> shift) & 1;
        int before = index < tokensPerStep ? None : (tokens[index - tokensPerStep] >> shift) & 1;
        _first = (bit * 3 + below) * 2 + above;
        _second = ((bit * 3 + below) * 3 + before) * 2 + above;
        return Math.Clamp((_place[_first] + _placeAndTime[_second]) / 2, MinProbability, 65_536 - MinProbability);
    }

    /// <summary>Updates the contexts of the selected bit with its value.</summary>
    public void Update(int bit)
    {
        Update(ref _place[_first], ref _placeCount[_first], bit);
        Update(ref _placeAndTime[_second], ref _placeAndTimeCount[_second], bit);
    }

    private static void Update(ref int one, ref byte count, int bit)
    {
        if (count < MaxCount) count++;
        one += ((bit << 16) - one) * 2 / (2 * count + 3);
    }

    private static int[] NewTable(int contexts)
    {
        int[] table = new int[contexts];
        Array.Fill(table, 32_768);
        return table;
    }
}
