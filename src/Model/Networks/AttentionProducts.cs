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
    /// <param name="queries">Queries.</param>
    /// <param name="keys">Keys.</param>
    /// <param name="values">Values.</param>
    /// <param name="mask">Bool, true where a query may see a key, or of the scores' type to add to them; null for no mask.</param>
    /// <param name="causal">Each query sees the keys up to its own position; then there is no mask.</param>
    /// <param name="dropout">Share of the weights that are dropped.</param>
    public static Tensor Apply(Tensor queries, Tensor keys, Tensor values, Tensor? mask, bool causal, double dropout)
    {
        using var scope = NewDisposeScope();
        var scores = (queries * Scalar(Math.Pow(queries.shape[^1], -0.5))).matmul(keys.transpose(-2, -1));
        if (causal) mask = ones(scores.shape[2], scores.shape[3], ScalarType.Bool, scores.device).tril();
        if (mask is { dtype: ScalarType.Bool }) scores = scores.masked_fill_(mask.logical_not(), Scalar(double.NegativeInfinity));
        else if (mask is not null) scores = scores.Plus(mask);
        var weights = RowSoftmax.Takes(scores) ? RowSoftmax.Apply(scores) : scores.softmax(-1);
        if (dropout > 0) weights = functional.dropout(weights, dropout);
        return weights.matmul(values).MoveToOuterDisposeScope();
    }
}
