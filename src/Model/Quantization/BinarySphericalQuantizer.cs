using AudioBsq.Distributed;
using AudioBsq.Native;
using static AudioBsq.Native.Scalars;
using static TorchSharp.torch;

namespace AudioBsq.Quantization;

/// <summary>
/// Keeps only the sign of every coordinate of a latent: a corner of the cube inscribed in the unit sphere, without a learned codebook
/// (Zhao et al. 2024, "Image and Video Tokenization with Binary Spherical Quantization", section 3).
/// </summary>
internal sealed class BinarySphericalQuantizer : Quantizer
{
    private readonly Compatibility _compatibility;
    private readonly double _scale;

    public BinarySphericalQuantizer(QuantizerOptions options, Compatibility compatibility)
        : base(options, compatibility, nameof(BinarySphericalQuantizer))
    {
        TorchLibrary.EnsureLoaded();
        _compatibility = compatibility;
        _scale = options.NormalizeCode ? 1 / Math.Sqrt(options.Bits) : 1;
        // The reference's checkpoints have these two buffers, which nothing here reads.
        register_buffer("basis", PowersOfTwo(options.Bits));
        register_buffer("group_basis", PowersOfTwo(options.GroupSize));
    }

    /// <inheritdoc/>
    public override QuantizerOutput Forward(Tensor z, Tensor? valid)
    {
        using var scope = NewDisposeScope();
        if (_compatibility.PaddingTakesPart) valid = null;
        var weight = WeightOf(z, valid);
        var group = RankGroup.Current;
        Tensor PartOfMean(Tensor values) => group.PartOfMean(Mean(values, weight), PositionsOf(z, valid));
        var codes = Quantize(z);
        var commitment = Options.CommitmentWeight == 0
            ? zeros([], z.dtype, z.device)
            : PartOfMean((codes.detach() - z).Square().sum(-1)) * Scalar(Options.CommitmentWeight);

        var entropies = new SoftCode(z, Options, _scale);
        bool marginal = Options.Entropy == EntropyEstimate.Analytical && _compatibility.MarginalEntropy;
        var position = PartOfMean(entropies.OfPositions());
        // The average over all ranks has the same entropy on each, of which each counts its part.
        var average = marginal ? entropies.AverageBits(weight) : entropies.AverageGroups(weight);
        average = group.SumWithGradient(group.PartOfMean(average, PositionsOf(z, valid)));
        var codebook = SoftCode.Entropy(average).sum();
        if (group.Size > 1) codebook = codebook / Scalar(group.Size);
        var loss = commitment.Plus(
            (position * Scalar(Options.PositionEntropyWeight) - codebook * Scalar(Options.CodebookEntropyWeight))
            * Scalar(Options.EntropyWeight / Options.InverseTemperature));
        return new QuantizerOutput(
            codes.MoveToOuterDisposeScope(), loss.MoveToOuterDisposeScope(), position.MoveToOuterDisposeScope(),
            codebook.MoveToOuterDisposeScope(), commitment.MoveToOuterDisposeScope(), average.detach().MoveToOuterDisposeScope());
    }

    /// <summary>Latents (…, bits) → scaled codes of the same shape; zero counts as negative. Gradients pass straight through.</summary>
    public override Tensor Quantize(Tensor z)
    {
        using var scope = NewDisposeScope();
        var signs = (z > Scalar(0)).to(z.dtype) * Scalar(2) - One;
        var passing = z - z.detach(); // exactly 0, with the gradient of z
        var codes = _compatibility.ScaledStraightThrough ? signs.Plus(passing) * Scalar(_scale) : (signs * Scalar(_scale)).Plus(passing);
        return codes.MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    protected override Tensor ToBits(Tensor codes) => codes > Scalar(0);

    /// <inheritdoc/>
    protected override Tensor FromBits(Tensor bits) => (bits.to(ScalarType.Float32) * Scalar(2) - One) * Scalar(_scale);

    // How many positions are valid, a scalar.
    private static Tensor PositionsOf(Tensor z, Tensor? valid) =>
        valid?.sum() ?? full([], Scalar(z.numel() / z.shape[^1]), ScalarType.Int64, z.device);

    // Weights (batch, positions) that are 0 at invalid positions and sum to 1; null for equal weights.
    private static Tensor? WeightOf(Tensor z, Tensor? valid)
    {
        CheckValid(z, valid);
        if (valid is null) return null;
        var counts = valid.to(z.dtype);
        return counts / counts.sum().clamp(min: One);
    }

    private static Tensor Mean(Tensor values, Tensor? weight) => weight is null ? values.mean() : (values * weight).sum();
}
