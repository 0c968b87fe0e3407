using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace AudioBsq.Networks;

/// <summary>Multi-head self-attention with one packed projection: rows of its weight are queries, then keys, then values.</summary>
internal sealed class SelfAttention : Module<Tensor, PositionMask, BlockCache?, Tensor>
{
    private readonly Parameter in_proj_weight, in_proj_bias;
    private readonly Linear out_proj;
    private readonly int _heads;
    private readonly long _cachedPositions;
    private readonly double _dropout;

    public SelfAttention(NetworkOptions network, AudioBsqOptions options) : base(nameof(SelfAttention))
    {
        (_heads, _dropout) = (network.Heads, network.AttentionDropout);
        _cachedPositions = (long)options.PastStepsOf(network) * options.PatchesPerStep;
        in_proj_weight = WeightInit.NormalParameter(3 * network.Width, network.Width);
        in_proj_bias = Parameter(zeros(3 * network.Width));
        out_proj = WeightInit.NormalWithZeroBias(Linear(network.Width, network.Width));
        RegisterComponents();
    }

    /// <summary>
    /// (batch, positions, width) → (batch, positions, width), which follow the steps in the key/value <paramref name="cache"/>, if any.
    /// </summary>
    public override Tensor forward(Tensor x, PositionMask mask, BlockCache? cache)
    {
        using var scope = NewDisposeScope();
        (long batch, long positions, long width) = (x.shape[0], x.shape[1], x.shape[2]);
        var packed = ComputeType.Linear(x, in_proj_weight, in_proj_bias).view(batch, positions, 3, _heads, width / _heads);
        var parts = packed.permute(2, 0, 3, 1, 4).unbind(0); // each (batch, heads, positions, width / heads)
        var (queries, keys, values) = (parts[0], parts[1], parts[2]);
        if (mask.Rotation is { } rotation) (queries, keys) = (Positions.Rotate(queries, rotation), Positions.Rotate(keys, rotation));
        if (cache is not null) (keys, values) = cache.AppendKeysAndValues(keys, values, _cachedPositions);
        var attended = functional.scaled_dot_product_attention(
            queries, keys, values, attn_mask: MaskLike(packed, mask.Attention), p: training ? _dropout : 0, is_casual: mask.Causal);
        return ComputeType.Linear(attended.transpose(1, 2).reshape(batch, positions, width), out_proj).MoveToOuterDisposeScope();
    }

    // A mask that is added to scores must have their type.
    private static Tensor? MaskLike(Tensor scores, Tensor? mask) =>
        mask is null || mask.dtype == ScalarType.Bool ? mask : mask.to(scores.dtype);
}
