using AudioBsq.Native;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace AudioBsq.Quantization;

/// <summary>
/// Keeps only the sign of every coordinate of a latent: a corner of the unit sphere's inscribed cube, with no codebook to learn
/// (Zhao et al. 2024, "Image and Video Tokenization with Binary Spherical Quantization", section 3). The first coordinate is a token's highest bit.
/// </summary>
internal sealed class BinarySphericalQuantizer : Module
{
    private readonly Compatibility _compatibility;
    private readonly double _scale;

    public BinarySphericalQuantizer(QuantizerOptions options, Compatibility compatibility) : base(nameof(BinarySphericalQuantizer))
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(compatibility);
        options.Validate();
        TorchLibrary.EnsureLoaded();
        (Options, _compatibility) = (options, compatibility);
        _scale = options.NormalizeCode ? 1 / Math.Sqrt(options.Bits) : 1;
        // The reference's checkpoints carry these two; nothing here reads them.
        register_buffer("basis", PowersOfTwo(options.Bits));
        register_buffer("group_basis", PowersOfTwo(options.GroupSize));
    }

    /// <summary>What the quantizer was made from.</summary>
    public QuantizerOptions Options { get; }

    /// <summary>Bits in one token: all bits of a code up to 30, otherwise one group's.</summary>
    public int BitsPerToken => Options.Bits <= 30 ? Options.Bits : Options.GroupSize;

    /// <summary>Tokens that make up one code.</summary>
    public int TokensPerPosition => Options.Bits / BitsPerToken;

    /// <summary>Latents (batch, positions, bits) → codes and losses. <paramref name="valid"/> (batch, positions) is true for positions that count; all do where it is null.</summary>
    public QuantizerOutput Forward(Tensor z, Tensor? valid)
    {
        using var scope = NewDisposeScope();
        var weight = WeightOf(z, _compatibility.PaddingTakesPart ? null : valid);
        var codes = Quantize(z);
        var commitment = Options.CommitmentWeight == 0
            ? zeros([], z.dtype, z.device)
            : Mean((codes.detach() - z).square().sum(-1), weight) * Options.CommitmentWeight;

        var entropies = new SoftCode(z, Options, _scale);
        bool marginal = Options.Entropy == EntropyEstimate.Analytical && _compatibility.MarginalEntropy;
        var position = Mean(entropies.OfPositions(), weight);
        var average = marginal ? entropies.AverageBits(weight) : entropies.AverageGroups(weight);
        var codebook = SoftCode.Entropy(average).sum();
        var loss = commitment + (position * Options.PositionEntropyWeight - codebook * Options.CodebookEntropyWeight)
            * (Options.EntropyWeight / Options.InverseTemperature);
        return new QuantizerOutput(
            codes.MoveToOuterDisposeScope(), loss.MoveToOuterDisposeScope(), position.MoveToOuterDisposeScope(),
            codebook.MoveToOuterDisposeScope(), commitment.MoveToOuterDisposeScope(), average.detach().MoveToOuterDisposeScope());
    }

    /// <summary>Latents (…, bits) → scaled codes of the same shape; zero counts as negative. Gradients pass straight through.</summary>
    public Tensor Quantize(Tensor z)
    {
        using var scope = NewDisposeScope();
        var signs = (z > 0).to(z.dtype) * 2 - 1;
        var passing = z - z.detach(); // exactly 0, with the gradient of z
        var codes = _compatibility.ScaledStraightThrough ? (signs + passing) * _scale : signs * _scale + passing;
        return codes.MoveToOuterDisposeScope();
    }

    /// <summary>Latents or codes (…, bits) → tokens (…, TokensPerPosition), Int64.</summary>
    public Tensor ToTokens(Tensor z) => Pack(z, BitsPerToken);

    /// <summary>Latents or codes (…, bits) → one token per group (…, groups), Int64.</summary>
    public Tensor ToGroupTokens(Tensor z) => Pack(z, Options.GroupSize);

    /// <summary>Latents or codes (…, bits) → the whole code as one number (…), Int64.</summary>
    public Tensor ToIndices(Tensor z)
    {
        using var scope = NewDisposeScope();
        return Pack(z, Options.Bits).squeeze(-1).MoveToOuterDisposeScope();
    }

    /// <summary>Tokens (…, TokensPerPosition) → scaled codes (…, bits), in single precision on the tokens' device.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A token is negative or has more bits than a token can have.</exception>
    public Tensor ToCodes(Tensor tokens) => Unpack(tokens, BitsPerToken);

    /// <summary>Group tokens (…, groups) → scaled codes (…, bits).</summary>
    /// <exception cref="ArgumentOutOfRangeException">A token is negative or has more bits than a group.</exception>
    public Tensor GroupTokensToCodes(Tensor tokens) => Unpack(tokens, Options.GroupSize);

    private Tensor Pack(Tensor z, int bits)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        CheckLast(z, Options.Bits, nameof(z));
        var ones = (z > 0).reshape([.. z.shape[..^1], Options.Bits / bits, bits]);
        var tokens = _compatibility.FloatTokens
            ? (ones.to(ScalarType.Float32) * PowersOfTwo(bits).to(ScalarType.Float32).to(z.device)).sum(-1).to(ScalarType.Int64)
            : ones.to(ScalarType.Int64).bitwise_left_shift(Shifts(bits, z.device)).sum(-1);
        return tokens.MoveToOuterDisposeScope();
    }

    private Tensor Unpack(Tensor tokens, int bits)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        CheckLast(tokens, Options.Bits / bits, nameof(tokens));
        var whole = tokens.to(ScalarType.Int64);
        if (whole.numel() > 0)
        {
            (long least, long most) = (whole.min().item<long>(), whole.max().item<long>());
            Check.That(least >= 0 && most < 1L << bits, least < 0 ? least : most, $"must be from 0 to 2^{bits} - 1", nameof(tokens));
        }

        var ones = whole.unsqueeze(-1).bitwise_right_shift(Shifts(bits, tokens.device)).bitwise_and(1);
        var signs = ones.reshape([.. tokens.shape[..^1], Options.Bits]).to(ScalarType.Float32) * 2 - 1;
        return (signs * _scale).MoveToOuterDisposeScope();
    }

    private static void CheckLast(Tensor tensor, int size, string name)
    {
        if (tensor.dim() == 0 || tensor.shape[^1] != size)
            throw new ArgumentException($"{name} has shape ({string.Join(", ", tensor.shape)}); its last axis must have {size} entries.", name);
    }

    private static Tensor Shifts(int bits, Device device) => arange(bits - 1, -1, -1, ScalarType.Int64, device);

    private static Tensor PowersOfTwo(int bits) => tensor(Enumerable.Range(0, bits).Select(i => 1L << (bits - 1 - i)).ToArray());

    // (batch, positions), summing to 1; null for equal weights.
    private static Tensor? WeightOf(Tensor z, Tensor? valid)
    {
        if (valid is null) return null;
        if (valid.dtype != ScalarType.Bool || !valid.shape.AsSpan().SequenceEqual(z.shape.AsSpan()[..^1]))
            throw new ArgumentException($"valid is {valid.dtype} ({string.Join(", ", valid.shape)}); it must be Bool ({string.Join(", ", z.shape[..^1])}).", nameof(valid));
        var counts = valid.to(z.dtype);
        return counts / counts.sum().clamp(min: 1);
    }

    private static Tensor Mean(Tensor values, Tensor? weight) => weight is null ? values.mean() : (values * weight).sum();
}
