namespace AudioBsq.MLNet;

/// <summary>Which n-grams of tokens are counted, and what is counted apart.</summary>
/// <remarks>
/// The vector has the clip's parts one after another; in a part the rows of a time step from low to high bands, if they are apart; in a
/// row the token's symbols, highest bits first; for a symbol the lengths from 1 on; for a length 2^(length × bits) n-grams by their
/// number, the earliest symbol highest, or 2^<see cref="HashBits"/> slots if those are fewer.
/// </remarks>
public sealed record TokenNgramOptions
{
    private const int MaxSlots = 1 << 24;

    /// <summary>The longest n-gram, in time steps, from 1 to 8. All shorter ones are counted too; 1 gives a histogram.</summary>
    public int Length { get; init; } = 1;

    /// <summary>
    /// Bits of a symbol. Tokens of many bits hardly ever come twice, so their bits are counted in groups of so many, highest first; the
    /// last group may have fewer. The whole token when null.
    /// </summary>
    public int? SymbolBits { get; init; }

    /// <summary>
    /// Tokens of one time step, low bands first. An n-gram is in one row of them, from step to step. Null: what the tokens' column says, as
    /// those of <c>TokenizeAudio</c> do, and otherwise 1.
    /// </summary>
    public int? TokensPerStep { get; init; }

    /// <summary>Whether each row of a time step is counted by itself, so that low and high bands stay apart.</summary>
    public bool PerRow { get; init; }

    /// <summary>Parts of equal length that are counted apart, from 1 to 1,000. An n-gram belongs to the part that it begins in.</summary>
    public int Parts { get; init; } = 1;

    /// <summary>At most 2^HashBits slots for each length, from 1 to 20: more n-grams than that share slots by hash.</summary>
    public int HashBits { get; init; } = 12;

    /// <summary>Whether slots are shares of all n-grams of their length, part, row and symbol: clips of any length compare.</summary>
    public bool Shares { get; init; } = true;

    /// <summary>Slots of a vector for tokens of so many bits.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range, or the vector has over 16,777,216 slots.</exception>
    public int SizeOf(int bitsPerToken, int tokensPerStep = 1)
    {
        Validate();
        Check.That(bitsPerToken is > 0 and <= 30, bitsPerToken, "must be from 1 to 30");
        Check.That(tokensPerStep > 0, tokensPerStep, "must be positive");
        long size = (long)Parts * (PerRow ? tokensPerStep : 1) * new TokenNgramLayout(this, bitsPerToken).SlotsPerRow;
        Check.That(size <= MaxSlots, size, $"slots are more than {MaxSlots}: lower HashBits, Length or Parts", nameof(TokenNgramOptions));
        return (int)size;
    }

    /// <summary>What does not depend on the tokens.</summary>
    internal void Validate()
    {
        Check.That(Length is > 0 and <= 8, Length, "must be from 1 to 8");
        Check.That(SymbolBits is null or (> 0 and <= 30), SymbolBits, "must be from 1 to 30 or null");
        Check.That(TokensPerStep is null or (> 0 and <= 65_535), TokensPerStep, "must be from 1 to 65535 or null");
        Check.That(Parts is > 0 and <= 1000, Parts, "must be from 1 to 1000");
        Check.That(HashBits is > 0 and <= 20, HashBits, "must be from 1 to 20");
    }
}
