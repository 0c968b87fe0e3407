using System.Collections.Immutable;

namespace AudioBsq.Quantization;

/// <summary>Levels with value equality, which a record needs and <see cref="ImmutableArray{T}"/> lacks.</summary>
internal readonly struct LevelList(ImmutableArray<int> levels) : IEquatable<LevelList>
{
    private readonly ImmutableArray<int> _levels = levels;

    public ImmutableArray<int> Levels => _levels.IsDefault ? [] : _levels;

    /// <summary>The fewest coordinates of 8 and 4 levels that make 2^bits codes, those of 8 levels first.</summary>
    public static ImmutableArray<int> OfBits(int bits)
    {
        int fours = bits % 3 == 0 ? 0 : 3 - bits % 3;
        int eights = (bits - 2 * fours) / 3;
        return [.. Enumerable.Repeat(8, eights), .. Enumerable.Repeat(4, fours)];
    }

    public bool Equals(LevelList other) => Levels.AsSpan().SequenceEqual(other.Levels.AsSpan());

    public override bool Equals(object? obj) => obj is LevelList other && Equals(other);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (int level in Levels) hash.Add(level);
        return hash.ToHashCode();
    }
}
