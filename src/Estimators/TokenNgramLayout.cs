using System.Globalization;

namespace AudioBsq.MLNet;

/// <summary>Where in a vector the n-grams of one row of tokens are.</summary>
internal sealed class TokenNgramLayout
{
    private readonly int _hashBits;

    public TokenNgramLayout(TokenNgramOptions options, int bitsPerToken)
    {
        _hashBits = options.HashBits;
        int width = options.SymbolBits ?? bitsPerToken;
        var tables = new List<(int Shift, int Bits, int Length, int First, int Count)>();
        for (int end = bitsPerToken; end > 0; end -= width) // highest bits first
        {
            int bits = Math.Min(width, end);
            for (int length = 1; length <= options.Length; length++)
            {
                int count = 1 << Math.Min(length * bits, _hashBits);
                tables.Add((end - bits, bits, length, SlotsPerRow, count));
                SlotsPerRow += count;
            }
        }

        Tables = [.. tables];
    }

    /// <summary>Slots of a row: all symbols and lengths.</summary>
    public int SlotsPerRow { get; }

    /// <summary>A row's tables: the symbol's lowest bit and size, the n-gram's length, the first slot and the number of slots.</summary>
    public (int Shift, int Bits, int Length, int First, int Count)[] Tables { get; }

    /// <summary>An n-gram's slot in its table: its number, or a hash where numbers are too many. Saved classifiers rely on it.</summary>
    public int Slot(ReadOnlySpan<int> symbols, int bits)
    {
        if (symbols.Length * bits <= _hashBits)
        {
            int number = 0;
            foreach (int symbol in symbols) number = number << bits | symbol;
            return number;
        }

        ulong hash = 0;
        foreach (int symbol in symbols)
        {
            hash = unchecked((hash + (ulong)symbol + 1) * 0x9E3779B97F4A7C15); // multiplicative hashing (Knuth, TAOCP 3, 6.4)
            hash ^= hash >> 32;
        }

        return (int)(unchecked(hash * 0x9E3779B97F4A7C15) >> (64 - _hashBits));
    }

    /// <summary>Names of a row's slots, such as "bits 17-9 5 12": symbols in their order in time.</summary>
    public IEnumerable<string> Names()
    {
        foreach (var (shift, bits, length, _, count) in Tables)
        {
            bool isHash = length * bits > _hashBits;
            for (int slot = 0; slot < count; slot++)
            {
                var symbols = Enumerable.Range(0, length).Select(i => slot >> (length - 1 - i) * bits & (1 << bits) - 1);
                string what = isHash ? $"{length}-gram hash {slot}" : string.Join(' ', symbols);
                yield return string.Create(CultureInfo.InvariantCulture, $"bits {shift + bits - 1}-{shift} {what}");
            }
        }
    }
}
