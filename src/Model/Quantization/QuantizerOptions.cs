using System.Collections.Immutable;
using System.Numerics;

namespace AudioBsq.Quantization;

/// <summary>How the entropy of one position's soft code is estimated.</summary>
public enum EntropyEstimate
{
    /// <summary>Softmax over all 2^GroupSize sign patterns of each group.</summary>
    Group,

    /// <summary>A sum over independent bits, in closed form (Zhao et al. 2024, section 3.2).</summary>
    Analytical,
}

/// <summary>
/// How latents become codes. <see cref="NormalizeLatent"/> and all options after it are for <see cref="QuantizerKind.BinarySpherical"/>
/// only; <see cref="QuantizerKind.FiniteScalar"/> has no loss of its own.
/// </summary>
public sealed record QuantizerOptions
{
    private readonly LevelList _levels;

    /// <summary>The kind of quantizer.</summary>
    public QuantizerKind Kind { get; init; } = QuantizerKind.BinarySpherical;

    /// <summary>Bits of a code: 1 to 62, or 2 to 62 for <see cref="QuantizerKind.FiniteScalar"/>.</summary>
    public int Bits { get; init; } = 9;

    /// <summary>
    /// Levels of each coordinate of a <see cref="QuantizerKind.FiniteScalar"/> code: powers of two from 4 to 256 whose product is
    /// 2^<see cref="Bits"/>. If empty, as many 8 as fit and 4 for the rest: 8 · 8 · 8 for 9 bits.
    /// </summary>
    public ImmutableArray<int> Levels
    {
        get => _levels.Levels;
        init => _levels = new LevelList(value);
    }

    /// <summary>
    /// Consecutive bits whose joint entropy is estimated and which, above 30 bits, form one token; divides <see cref="Bits"/>, at most 18.
    /// </summary>
    public int GroupSize { get; init; } = 9;

    /// <summary>Latents are projected to the unit sphere before quantization.</summary>
    public bool NormalizeLatent { get; init; } = true;

    /// <summary>Code coordinates are ±1/√bits, on the unit sphere, rather than ±1.</summary>
    public bool NormalizeCode { get; init; } = true;

    /// <summary>How the entropy of one position is estimated.</summary>
    public EntropyEstimate Entropy { get; init; } = EntropyEstimate.Group;

    /// <summary>
    /// Sharpness of the soft code whose entropies are computed. The reference uses 1, which cannot tell a healthy code from a collapsed
    /// one; 10 reconstructed best in docs/quantizers.md.
    /// </summary>
    public double InverseTemperature { get; init; } = 10;

    /// <summary>Weight of the commitment loss; 0 turns it off.</summary>
    public double CommitmentWeight { get; init; }

    /// <summary>Weight of the entropy of each position, which is pushed down (γ₀ in the paper).</summary>
    public double PositionEntropyWeight { get; init; } = 1;

    /// <summary>Weight of the entropy of the code over all positions, which is pushed up (γ in the paper).</summary>
    public double CodebookEntropyWeight { get; init; } = 1;

    /// <summary>
    /// Weight of the two entropy terms together (ζ in the reference); the loss divides them by <see cref="InverseTemperature"/>.
    /// </summary>
    public double EntropyWeight { get; init; } = 1;

    /// <summary>Coordinates of a latent and of a code: <see cref="Bits"/>, or one for each of the levels of finite scalars.</summary>
    public int Dimension => Kind == QuantizerKind.FiniteScalar ? EffectiveLevels.Length : Bits;

    /// <summary>Bits in one token: all bits of a code up to 30, otherwise one group's.</summary>
    internal int BitsPerToken => Bits <= 30 ? Bits : GroupSize;

    /// <summary><see cref="Levels"/>, or if they are empty those for <see cref="Bits"/>.</summary>
    internal ImmutableArray<int> EffectiveLevels => Levels.IsEmpty ? LevelList.OfBits(Bits) : Levels;

    /// <summary>Latents lie on the unit sphere.</summary>
    internal bool ProjectsToSphere => Kind == QuantizerKind.BinarySpherical && NormalizeLatent;

    internal void Validate()
    {
        Check.That(Enum.IsDefined(Kind), Kind, "must be a defined kind of quantizer");
        bool scalar = Kind == QuantizerKind.FiniteScalar;
        int minBits = scalar ? 2 : 1;
        Check.That(Bits >= minBits && Bits <= 62, Bits, $"must be from {minBits} to 62");
        // A finite scalar code has groups only if it is split into several tokens.
        bool divides = Bits % Math.Max(1, GroupSize) == 0 || (scalar && Bits <= 30);
        Check.That(GroupSize is >= 1 and <= 18 && divides, GroupSize, $"must be from 1 to 18 and divide Bits ({Bits})");
        ValidateLevels(scalar);
        Check.That(Enum.IsDefined(Entropy), Entropy, "must be a defined estimate");
        Check.That(double.IsFinite(InverseTemperature) && InverseTemperature > 0, InverseTemperature, "must be positive");
        Check.That(double.IsFinite(CommitmentWeight) && CommitmentWeight >= 0, CommitmentWeight, "must not be negative");
        Check.That(double.IsFinite(PositionEntropyWeight), PositionEntropyWeight, "must be finite");
        Check.That(double.IsFinite(CodebookEntropyWeight), CodebookEntropyWeight, "must be finite");
        Check.That(double.IsFinite(EntropyWeight), EntropyWeight, "must be finite");
    }

    private void ValidateLevels(bool scalar)
    {
        if (Levels.IsEmpty) return;
        string levels = string.Join(" · ", Levels);
        Check.That(scalar, levels, $"must be empty unless Kind is {nameof(QuantizerKind.FiniteScalar)}", nameof(Levels));
        const string Rule = "must be powers of two from 4 to 256, so that a code is a whole number of bits";
        Check.That(Levels.All(level => level is >= 4 and <= 256 && int.IsPow2(level)), levels, Rule, nameof(Levels));
        int bits = Levels.Sum(level => BitOperations.Log2((uint)level));
        Check.That(bits == Bits, levels, $"make 2^{bits} codes, so Bits must be {bits}; it is {Bits}", nameof(Levels));
    }
}
