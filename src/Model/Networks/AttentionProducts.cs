using TorchSharp;
using static AudioBsq.Native.Scalars;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace AudioBsq.Networks;

/// <summary>
/// Attention by a product, a softmax and a product (Vaswani et al. 2017, "Attention Is All You Need", section 3.2.1), for bfloat16 on a
/// CPU. torch's fused kernel takes one product for each head and block of queries there, and prepares each of them anew, which costs
/// several times as much as the products; it keeps no scores, and so is left what has very many.
/// </summary>
internal static class AttentionProducts
{
    private const long MostPositions = 1024;

    /// <summary>Whether this is the faster way for queries (batch, heads, positions, channels).</summary>
    public static bool AreFaster(Tensor queries) =>
        queries.dtype == ScalarType.BFloat16 && queries.device_type == DeviceType.CPU && queries.shape[2] <= MostPositions;

    /// <summary>(batch, heads, positions, channels) → the same shape, as scaled_dot_product_attention gives but for rounding.</summary>
    public static Tensor Apply(Tensor queries, Tensor keys, Tensor values, PositionMask mask, double dropout)
    {
        using var scope = NewDisposeScope();
        var scores = (queries * Scalar(Math.Pow(queries.shape[^1], -0.5))).matmul(keys.transpose(-2, -1));
        if (Hidden(scores, mask) is { } hidden) scores = scores.masked_fill_(hidden, Scalar(double.NegativeInfinity));
        else if (mask.Attention is { } added) scores = scores.Plus(added.to(scores.dtype));
        var weights = scores.softmax(-1);
        if (dropout > 0) weights = functional.dropout(weights, dropout);
        return weights.matmul(values).MoveToOuterDisposeScope();
    }

    // True where a query may not see a key; null where nothing is hidden.
    private static Tensor? Hidden(Tensor scores, PositionMask mask)
    {
        if (mask.Causal) return ones(scores.shape[2], scores.shape[3], ScalarType.Bool, scores.device).triu(diagonal: 1);
        return mask.Attention is { dtype: ScalarType.Bool } allowed ? allowed.logical_not() : null;
    }
}
