namespace AudioBsq.MLNet;

/// <summary>Counts the n-grams of one clip's tokens after another's. Belongs to one thread at a time.</summary>
internal sealed class TokenNgramCounter(TokenNgramOptions options, int bitsPerToken, int tokensPerStep)
{
    private readonly TokenNgramLayout _layout = new(options, bitsPerToken);
    private readonly SortedDictionary<int, int> _counts = [];

    /// <summary>
    /// The slots that are not zero, in order, for keys: a token plus 1, or 0 for a missing token, whose n-grams are left out.
    /// </summary>
    public (int[] Slots, float[] Values) Count(ReadOnlySpan<uint> keys)
    {
        var (slots, values) = (new List<int>(), new List<float>());
        int steps = (keys.Length + tokensPerStep - 1) / tokensPerStep, start = 0;
        for (int part = 0; part < options.Parts; part++)
        {
            int first = FirstOf(part, steps), end = FirstOf(part + 1, steps);
            for (int row = 0; row < (options.PerRow ? tokensPerStep : 1); row++)
            {
                foreach (var table in _layout.Tables)
                {
                    int total = 0;
                    _counts.Clear();
                    int rows = options.PerRow ? row + 1 : tokensPerStep;
                    for (int one = row; one < rows; one++) total += CountRow(keys, one, first, end, table.Shift, table.Bits, table.Length);
                    foreach (var (slot, count) in _counts)
                    {
                        slots.Add(start + table.First + slot);
                        values.Add(options.Shares ? count / (float)total : count);
                    }
                }

                start += _layout.SlotsPerRow;
            }
        }

        return ([.. slots], [.. values]);
    }

    private int FirstOf(int part, int steps) => (int)(((long)part * steps + options.Parts - 1) / options.Parts);

    private int CountRow(ReadOnlySpan<uint> keys, int row, int first, int end, int shift, int bits, int length)
    {
        Span<int> symbols = stackalloc int[length];
        int total = 0;
        for (int step = first; step < end; step++)
        {
            if (!Read(keys, step * tokensPerStep + row, shift, bits, symbols)) continue;
            int slot = _layout.Slot(symbols, bits);
            _counts[slot] = _counts.GetValueOrDefault(slot) + 1;
            total++;
        }

        return total;
    }

    private bool Read(ReadOnlySpan<uint> keys, int at, int shift, int bits, Span<int> symbols)
    {
        for (int i = 0; i < symbols.Length; i++, at += tokensPerStep)
        {
            if (at >= keys.Length || keys[at] == 0) return false;
            symbols[i] = (int)((keys[at] - 1) >> shift) & (1 << bits) - 1;
        }

        return true;
    }
}
