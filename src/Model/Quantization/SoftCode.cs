using static AudioBsq.Native.Scalars;
using static TorchSharp.torch;

namespace AudioBsq.Quantization;

/// <summary>
/// The probability of every code given a latent z: softmax over sign patterns u of 2t⟨z, c·u⟩ (Zhao et al. 2024, section 3.2), with
/// inverse temperature t and code scale c. It is a product over bits, p(uᵢ = 1) = σ(4tc·zᵢ), so no tensor here is as large as
/// positions × 2^GroupSize.
/// </summary>
internal sealed class SoftCode
{
    private const double Epsilon = 1e-8;

    private readonly QuantizerOptions _options;
    private readonly Tensor _minus, _plus; // (…, bits)

    public SoftCode(Tensor z, QuantizerOptions options, double scale)
    {
        _options = options;
        var logits = z * Scalar(4 * options.InverseTemperature * scale);
        (_minus, _plus) = (logits.neg().sigmoid(), logits.sigmoid());
    }

    /// <summary>−p·log(p + 1e-8), term by term, in nats.</summary>
    public static Tensor Entropy(Tensor p) => p * p.Plus(Scalar(Epsilon)).log().neg();

    /// <summary>
    /// The entropy of each position (…), in nats: a sum over its bits, since they are independent. The reference sums over patterns and
    /// guards each logarithm, which makes its figure smaller by up to 1e-8 × 2^GroupSize for each group.
    /// </summary>
    public Tensor OfPositions() => Entropy(_minus).Plus(Entropy(_plus)).sum(-1);

    /// <summary>Mean probability of each bit (bits, 2): [−1, +1]. <paramref name="weight"/> (…) sums to 1.</summary>
    public Tensor AverageBits(Tensor? weight)
    {
        var both = stack([_minus, _plus], dim: -1).reshape(-1, _options.Bits, 2);
        return weight is null ? both.mean([0]) : (both * weight.reshape(-1, 1, 1)).sum(dim: 0);
    }

    /// <summary>
    /// Mean probability of each pattern of each group (groups, 2^GroupSize). The patterns of the two halves of a group are
    /// independent, so their joint mean over positions is one matrix product of (positions, 2^(g/2)) matrices.
    /// </summary>
    public Tensor AverageGroups(Tensor? weight)
    {
        int size = _options.GroupSize, groups = _options.Bits / size, high = size / 2;
        var minus = _minus.reshape(-1, groups, size).transpose(0, 1); // (groups, positions, size)
        var plus = _plus.reshape(-1, groups, size).transpose(0, 1);
        var shares = weight?.reshape(1, -1, 1) ?? full([1, minus.shape[1], 1], Scalar(1.0 / minus.shape[1]), minus.dtype, minus.device);
        var upper = Patterns(minus, plus, 0, high) * shares;
        var lower = Patterns(minus, plus, high, size);
        return upper.transpose(1, 2).matmul(lower).reshape(groups, 1L << size);
    }

    // Probabilities of all patterns of bits from … to − 1: (groups, positions, 2^(to − from)), the first bit the highest.
    private static Tensor Patterns(Tensor minus, Tensor plus, int from, int to)
    {
        var patterns = ones([minus.shape[0], minus.shape[1], 1], minus.dtype, minus.device);
        for (int bit = from; bit < to; bit++)
        {
            var (no, yes) = (minus.narrow(2, bit, 1), plus.narrow(2, bit, 1));
            patterns = stack([patterns * no, patterns * yes], dim: -1).flatten(2);
        }

        return patterns;
    }
}
