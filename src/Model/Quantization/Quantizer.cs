using static AudioBsq.Native.Scalars;
using static TorchSharp.torch;

namespace AudioBsq.Quantization;

/// <summary>
/// Turns latents into codes, and codes into tokens and back. A code has a fixed number of bits; its first coordinate becomes the highest
/// bits of a token. Kinds of quantizers differ in the abstract members.
/// </summary>
internal abstract class Quantizer : nn.Module
{
    private readonly bool _floatTokens;

    protected Quantizer(QuantizerOptions options, Compatibility compatibility, string name) : base(name)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(compatibility);
        options.Validate();
        (Options, _floatTokens) = (options, compatibility.FloatTokens);
    }

    /// <summary>The options of the quantizer.</summary>
    public QuantizerOptions Options { get; }

    /// <summary>Bits of one code; there are 2^Bits codes.</summary>
    public int Bits => Options.Bits;

    /// <summary>Coordinates of a latent and of a code.</summary>
    public int Dimension => Options.Dimension;

    /// <summary>Bits in one token: all bits of a code up to 30, otherwise one group's.</summary>
    public int BitsPerToken => Options.BitsPerToken;

    /// <summary>Tokens that make up one code.</summary>
    public int TokensPerPosition => Bits / BitsPerToken;

    /// <summary>The quantizer that <paramref name="options"/> ask for.</summary>
    public static Quantizer Of(QuantizerOptions options, Compatibility compatibility) => options.Kind switch
    {
        QuantizerKind.FiniteScalar => new FiniteScalarQuantizer(options, compatibility),
        _ => new BinarySphericalQuantizer(options, compatibility),
    };

    /// <summary>
    /// Latents (batch, positions, dimension) → codes and losses. <paramref name="valid"/> (batch, positions) is true for valid positions;
    /// all are valid where it is null.
    /// </summary>
    public abstract QuantizerOutput Forward(Tensor z, Tensor? valid);

    /// <summary>Latents (…, dimension) → codes of the same shape, through which gradients pass to the latents.</summary>
    public abstract Tensor Quantize(Tensor z);

    /// <summary>Codes (…, dimension) → their bits (…, bits), Bool.</summary>
    protected abstract Tensor ToBits(Tensor codes);

    /// <summary>Bits (…, bits), Int64 of 0 and 1 → codes (…, dimension) in single precision.</summary>
    protected abstract Tensor FromBits(Tensor bits);

    /// <summary>Codes (…, dimension) → tokens (…, TokensPerPosition), Int64.</summary>
    public Tensor ToTokens(Tensor codes) => Pack(codes, BitsPerToken);

    /// <summary>Codes (…, dimension) → one token per group (…, groups), Int64.</summary>
    public Tensor ToGroupTokens(Tensor codes) => Pack(codes, Options.GroupSize);

    /// <summary>Codes (…, dimension) → each code as one integer (…), Int64.</summary>
    public Tensor ToIndices(Tensor codes)
    {
        using var scope = NewDisposeScope();
        return Pack(codes, Bits).squeeze(-1).MoveToOuterDisposeScope();
    }

    /// <summary>Tokens (…, TokensPerPosition) → codes (…, dimension), in single precision on the tokens' device.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A token is negative or has more bits than a token can have.</exception>
    public Tensor ToCodes(Tensor tokens) => Unpack(tokens, BitsPerToken);

    /// <summary>Group tokens (…, groups) → codes (…, dimension).</summary>
    /// <exception cref="ArgumentOutOfRangeException">A token is negative or has more bits than a group.</exception>
    public Tensor GroupTokensToCodes(Tensor tokens) => Unpack(tokens, Options.GroupSize);

    protected static void CheckValid(Tensor z, Tensor? valid)
    {
        if (valid is null || (valid.dtype == ScalarType.Bool && valid.shape.AsSpan().SequenceEqual(z.shape.AsSpan()[..^1]))) return;
        string rule = $"it must be Bool ({string.Join(", ", z.shape[..^1])})";
        throw new ArgumentException($"valid is {valid.dtype} ({string.Join(", ", valid.shape)}); {rule}.", nameof(valid));
    }

    protected static Tensor PowersOfTwo(int bits) => tensor(Enumerable.Range(0, bits).Select(i => 1L << (bits - 1 - i)).ToArray());

    protected static Tensor Shifts(int bits, Device device) => arange(Scalar(bits - 1), Scalar(-1), Scalar(-1), ScalarType.Int64, device);

    private Tensor Pack(Tensor codes, int bits)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        CheckLast(codes, Dimension, nameof(codes));
        var ones = ToBits(codes).reshape([.. codes.shape[..^1], Bits / bits, bits]);
        var tokens = _floatTokens
            ? (ones.to(ScalarType.Float32) * PowersOfTwo(bits).to(ScalarType.Float32).to(codes.device)).sum(-1).to(ScalarType.Int64)
            : ones.to(ScalarType.Int64).bitwise_left_shift(Shifts(bits, codes.device)).sum(-1);
        return tokens.MoveToOuterDisposeScope();
    }

    private Tensor Unpack(Tensor tokens, int bits)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        CheckLast(tokens, Bits / bits, nameof(tokens));
        var whole = tokens.to(ScalarType.Int64);
        if (whole.numel() > 0)
        {
            (long min, long max) = (whole.min().item<long>(), whole.max().item<long>());
            Check.That(min >= 0 && max < 1L << bits, min < 0 ? min : max, $"must be from 0 to 2^{bits} - 1", nameof(tokens));
        }

        var ones = whole.unsqueeze(-1).bitwise_right_shift(Shifts(bits, tokens.device)).bitwise_and(1);
        return FromBits(ones.reshape([.. tokens.shape[..^1], Bits])).MoveToOuterDisposeScope();
    }

    private static void CheckLast(Tensor tensor, int size, string name)
    {
        if (tensor.dim() > 0 && tensor.shape[^1] == size) return;
        string shape = string.Join(", ", tensor.shape);
        throw new ArgumentException($"{name} has shape ({shape}); its last axis must have {size} entries.", name);
    }
}
