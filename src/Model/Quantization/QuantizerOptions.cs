namespace AudioBsq.Quantization;

/// <summary>How the entropy of one position's soft code is estimated.</summary>
public enum EntropyEstimate
{
    /// <summary>Softmax over all 2^GroupSize sign patterns of each group.</summary>
    Group,

    /// <summary>A sum over independent bits, in closed form (Zhao et al. 2024, section 3.2).</summary>
    Analytical,
}

/// <summary>The binary spherical quantizer (Zhao et al. 2024, "Image and Video Tokenization with Binary Spherical Quantization").</summary>
public sealed record QuantizerOptions
{
    /// <summary>Bits of a code, 1 to 62.</summary>
    public int Bits { get; init; } = 9;

    /// <summary>Contiguous bits whose joint entropy is estimated; divides <see cref="Bits"/>, at most 18.</summary>
    public int GroupSize { get; init; } = 9;

    /// <summary>Latents are projected to the unit sphere before quantization.</summary>
    public bool NormalizeLatent { get; init; } = true;

    /// <summary>Code coordinates are ±1/√bits, on the unit sphere, rather than ±1.</summary>
    public bool NormalizeCode { get; init; } = true;

    /// <summary>How the entropy of one position is estimated.</summary>
    public EntropyEstimate Entropy { get; init; } = EntropyEstimate.Group;

    /// <summary>Sharpness of the soft code that the entropies are taken of; the reference uses 1, which cannot tell a healthy code from a collapsed one.</summary>
    public double InverseTemperature { get; init; } = 10;

    /// <summary>Weight of the commitment loss; 0 turns it off.</summary>
    public double CommitmentWeight { get; init; }

    /// <summary>Weight of the entropy of each position, which is pushed down (γ₀ in the paper).</summary>
    public double PositionEntropyWeight { get; init; } = 1;

    /// <summary>Weight of the entropy of the code over all positions, which is pushed up (γ in the paper).</summary>
    public double CodebookEntropyWeight { get; init; } = 1;

    /// <summary>Weight of the two entropy terms together (ζ in the reference).</summary>
    public double EntropyWeight { get; init; } = 1;

    internal void Validate()
    {
        Check.That(Bits is >= 1 and <= 62, Bits, "must be from 1 to 62");
        Check.That(GroupSize is >= 1 and <= 18 && Bits % GroupSize == 0, GroupSize, $"must be from 1 to 18 and divide Bits ({Bits})");
        Check.That(Enum.IsDefined(Entropy), Entropy, "must be a defined estimate");
        Check.That(double.IsFinite(InverseTemperature) && InverseTemperature > 0, InverseTemperature, "must be positive");
        Check.That(double.IsFinite(CommitmentWeight) && CommitmentWeight >= 0, CommitmentWeight, "must not be negative");
        Check.That(double.IsFinite(PositionEntropyWeight), PositionEntropyWeight, "must be finite");
        Check.That(double.IsFinite(CodebookEntropyWeight), CodebookEntropyWeight, "must be finite");
        Check.That(double.IsFinite(EntropyWeight), EntropyWeight, "must be finite");
    }
}
