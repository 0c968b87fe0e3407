using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace AudioBsq.Networks;

/// <summary>Multi-head self-attention with one packed projection: rows of its weight are queries, then keys, then values.</summary>
internal sealed class SelfAttention : Module<Tensor, LayerNorm, PositionMask, BlockPast?, Tensor>
{
    private readonly Parameter in_proj_weight, in_proj_bias;
    private readonly Linear out_proj;
    private readonly int _heads;
    private readonly long _pastPositions;
    private readonly double _dropout;

    public SelfAttention(NetworkOptions network, AudioBsqOptions options) : base(nameof(SelfAttention))
    {
        (_heads, _dropout) = (network.Heads, network.AttentionDropout);
        _pastPositions = (long)options.PastStepsOf(network) * options.PatchesPerStep;
        in_proj_weight = WeightInit.NormalParameter(3 * network.Width, network.Width);
        in_proj_bias = Parameter(zeros(3 * network.Width));
        out_proj = WeightInit.NormalWithZeroBias(Linear(network.Width, network.Width));
        RegisterComponents();
    }

    /// <summary>(batch, positions, width) → (batch, positions, width), with <paramref name="norm"/> before it, as what follows <paramref name="past"/>.</summary>
    public override Tensor forward(Tensor x, LayerNorm norm, PositionMask mask, BlockPast? past)
    {
        using var scope = NewDisposeScope();
        (long batch, long positions, long width) = (x.shape[0], x.shape[1], x.shape[2]);
        var packed = SelectiveMemory.Linear(x, (y, _) => norm.call(y), in_proj_weight, in_proj_bias).view(batch, positions, 3, _heads, width / _heads);
        var parts = packed.permute(2, 0, 3, 1, 4).unbind(0); // each (batch, heads, positions, width / heads)
        var (queries, keys, values) = (parts[0], parts[1], parts[2]);
        if (mask.Rotation is { } rotation) (queries, keys) = (Positions.Rotate(queries, rotation), Positions.Rotate(keys, rotation));
        if (past is not null) (keys, values) = past.Attend(keys, values, _pastPositions);
        var seen = functional.scaled_dot_product_attention(
            queries, keys, values, attn_mask: MaskLike(packed, mask.Attention), p: training ? _dropout : 0, is_casual: mask.Causal);
        return ComputeType.Linear(seen.transpose(1, 2).reshape(batch, positions, width), out_proj).MoveToOuterDisposeScope();
    }

    // What is added to scores must have their number format.
    private static Tensor? MaskLike(Tensor scores, Tensor? mask) => mask is null || mask.dtype == ScalarType.Bool ? mask : mask.to(scores.dtype);
}
