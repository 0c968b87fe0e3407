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
    private readonly long _cachedPositions, _perStep;
    private readonly double _dropout;

    public SelfAttention(NetworkOptions network, AudioBsqOptions options) : base(nameof(SelfAttention))
    {
        (_heads, _dropout) = (network.Heads, network.AttentionDropout);
        _perStep = options.PatchesPerStep;
        _cachedPositions = options.PastStepsOf(network) * _perStep;
        in_proj_weight = WeightInit.NormalParameter(3 * network.Width, network.Width);
        in_proj_bias = Parameter(zeros(3 * network.Width));
        out_proj = WeightInit.NormalWithZeroBias(network.Width, network.Width);
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
        var attended = RowLinear.InUse
            ? StepByStep(queries, keys, values, mask.Attention)
            : AtOnce(queries, keys, values, MaskLike(packed, mask.Attention), mask.Causal, training ? _dropout : 0);
        return ComputeType.Linear(attended.transpose(1, 2).reshape(batch, positions, width), out_proj).MoveToOuterDisposeScope();
    }

    private static Tensor AtOnce(Tensor queries, Tensor keys, Tensor values, Tensor? mask, bool causal, double dropout) =>
        AttentionProducts.AreFaster(queries)
            ? AttentionProducts.Apply(queries, keys, values, mask, causal, dropout)
            : functional.scaled_dot_product_attention(queries, keys, values, attn_mask: mask, p: dropout, is_casual: causal);

    // Each time step by itself, with the keys that it sees and no others, so that how many steps there are does not change a sum's order.
    private Tensor StepByStep(Tensor queries, Tensor keys, Tensor values, Tensor? mask)
    {
        long positions = queries.shape[2], cached = keys.shape[2] - positions;
        long start = Math.Clamp(_cachedPositions - cached, 0, positions); // from here on all steps see as many keys
        var steps = new List<Tensor>();
        for (long first = 0, seen = cached + _perStep; first < start; first += _perStep, seen += _perStep)
        {
            steps.Add(functional.scaled_dot_product_attention(
                queries.narrow(2, first, _perStep).contiguous(), keys.narrow(2, 0, seen), values.narrow(2, 0, seen),
                mask?.narrow(0, first, _perStep).narrow(1, 0, seen)));
        }

        if (start < positions) steps.Add(FullWindows(queries, keys, values, mask, start));
        return steps.Count == 1 ? steps[0] : cat(steps, dim: 2);
    }

    // The steps from a position on, side by side in a batch.
    private Tensor FullWindows(Tensor queries, Tensor keys, Tensor values, Tensor? mask, long start)
    {
        long window = _cachedPositions + _perStep, firstKey = keys.shape[2] - queries.shape[2] + start - _cachedPositions;
        var steps = queries.narrow(2, start, queries.shape[2] - start).unflatten(2, [-1, _perStep]); // (1, heads, steps, perStep, channels)
        Tensor Seen(Tensor all) => all.narrow(2, firstKey, all.shape[2] - firstKey).unfold(2, window, _perStep)[0].permute(1, 0, 3, 2);
        var attended = functional.scaled_dot_product_attention(
            steps[0].transpose(0, 1).contiguous(), Seen(keys), Seen(values),
            mask?.narrow(0, start, _perStep).narrow(1, firstKey, window)); // (steps, heads, perStep, channels)
        return attended.transpose(0, 1).flatten(1, 2).unsqueeze(0);
    }

    // A mask that is added to scores must have their type.
    private static Tensor? MaskLike(Tensor scores, Tensor? mask) =>
        mask is null || mask.dtype == ScalarType.Bool ? mask : mask.to(scores.dtype);
}
