using System.Globalization;

namespace AudioBsq.MLNet;

/// <summary>Where in a vector the n-grams of one row of tokens are.</summary>
internal sealed class TokenNgramLayout
{
    private readonly TokenNgramOptions _options;
    private readonly (int Shift, int Bits)[] _symbols; // highest bits first

    public TokenNgramLayout(TokenNgramOptions options, int bitsPerToken)
    {
        _options = options;
        int width = Math.Min(options.SymbolBits ?? bitsPerToken, bitsPerToken);
        _symbols = [.. Enumerable.Range(0, (bitsPerToken + width - 1) / width)
            .Select(i => (Shift: Math.Max(0, bitsPerToken - (i + 1) * width), Bits: Math.Min(width, bitsPerToken - i * width)))];
        SlotsPerRow = _symbols.Sum(symbol => Enumerable.Range(1, options.Length).Sum(length => Slots(symbol.Bits, length)));
    }

    /// <summary>Slots of a row: all symbols and lengths.</summary>
    public int SlotsPerRow { get; }

    /// <summary>A row's tables: the symbol's lowest bit and size, the n-gram's length, the first slot and the number of slots.</summary>
    public IEnumerable<(int Shift, int Bits, int Length, int First, int Count)> Tables()
    {
        int first = 0;
        foreach (var (shift, bits) in _symbols)
        {
            for (int length = 1; length <= _options.Length; length++)
            {
                int count = Slots(bits, length);
                yield return (shift, bits, length, first, count);
                first += count;
            }
        }
    }

    /// <summary>An n-gram's slot in its table: its number, or a hash where numbers are too many. Saved classifiers rely on it.</summary>
    public int Slot(ReadOnlySpan<int> symbols, int bits)
    {
        if (symbols.Length * bits <= _options.HashBits)
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

        return (int)(unchecked(hash * 0x9E3779B97F4A7C15) >> (64 - _options.HashBits));
    }

    /// <summary>Names of a row's slots, such as "bits 17-9 5 12": symbols in their order in time.</summary>
    public IEnumerable<string> Names()
    {
        foreach (var (shift, bits, length, _, count) in Tables())
        {
            bool isHash = length * bits > _options.HashBits;
            for (int slot = 0; slot < count; slot++)
            {
                var symbols = Enumerable.Range(0, length).Select(i => slot >> (length - 1 - i) * bits & (1 << bits) - 1);
                string what = isHash ? $"{length}-gram hash {slot}" : string.Join(' ', symbols);
                yield return string.Create(CultureInfo.InvariantCulture, $"bits {shift + bits - 1}-{shift} {what}");
            }
        }
    }

    private int Slots(int bits, int length) => 1 << Math.Min(length * bits, _options.HashBits);
}
