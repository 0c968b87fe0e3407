using static AudioBsq.Native.Numbers;
using static TorchSharp.torch;

namespace AudioBsq.Networks;

/// <summary>What the blocks may look at in one batch.</summary>
/// <param name="Attention">
/// Broadcasts to (batch, heads, queries, keys): Bool, true where a query may see a key, or floating point to add to the scores; null for no restriction.
/// </param>
/// <param name="Causal">Positions see themselves and those before them, which attention can do without a mask.</param>
/// <param name="Real">(batch, positions, 1), 1 at real positions and 0 at padded ones; null when all are real.</param>
internal sealed record PositionMask(Tensor? Attention, bool Causal, Tensor? Real)
{
    /// <summary>The mask for a number of time steps. Its tensors belong to the current dispose scope.</summary>
    /// <param name="mask">Which patches a patch may attend to.</param>
    /// <param name="options">Layout of the patches, and compatibility.</param>
    /// <param name="steps">Time steps.</param>
    /// <param name="valid">(batch, steps), true for real ones; null when all are.</param>
    /// <param name="like">Gives device and number format.</param>
    public static PositionMask Of(AttentionMask mask, AudioBsqOptions options, long steps, Tensor? valid, Tensor like)
    {
        using var scope = NewDisposeScope();
        long positions = steps * options.PatchesPerStep;
        var real = valid?.unsqueeze(2).expand(-1, -1, options.PatchesPerStep).reshape(-1, positions); // (batch, positions)
        bool additive = mask == AttentionMask.BlockCausal && options.Compatibility.AdditiveBlockCausalMask;
        bool rasterCausal = mask == AttentionMask.Causal && real is null;

        var allowed = mask == AttentionMask.None || additive || rasterCausal ? null : Past(mask, positions, options.PatchesPerStep, like.device);
        if (real is not null) allowed = Exclude(allowed, real, positions);
        var attention = additive ? AddOneToTheFuture(positions, options.PatchesPerStep, allowed, like) : allowed;
        return new PositionMask(
            attention?.MoveToOuterDisposeScope(), rasterCausal, real?.unsqueeze(2).to(like.dtype).MoveToOuterDisposeScope());
    }

    // (queries, keys)
    private static Tensor Past(AttentionMask mask, long positions, int perStep, Device device)
    {
        var order = arange(Number(0), Number(positions), One, ScalarType.Int64, device);
        if (mask == AttentionMask.BlockCausal) order = order.div(Number(perStep), RoundingMode.floor);
        return order.unsqueeze(1) >= order.unsqueeze(0);
    }

    // A query that could see nothing at all would be 0/0: it sees itself, or everything where a whole clip is padding. Nobody looks at what it becomes.
    private static Tensor Exclude(Tensor? allowed, Tensor real, long positions)
    {
        if (allowed is null) return (real | real.any(1, keepdim: true).logical_not()).reshape(-1, 1, 1, positions);
        var itself = eye(positions, dtype: ScalarType.Bool, device: real.device);
        return ((allowed & real.unsqueeze(1)) | itself).unsqueeze(1);
    }

    private static Tensor AddOneToTheFuture(long positions, int perStep, Tensor? allowed, Tensor like)
    {
        var scores = Past(AttentionMask.BlockCausal, positions, perStep, like.device).logical_not().to(like.dtype);
        return allowed is null ? scores : scores.masked_fill(allowed.logical_not(), Number(double.NegativeInfinity));
    }
}
