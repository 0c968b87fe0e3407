using static AudioBsq.Native.Numbers;
using static TorchSharp.torch;

namespace AudioBsq.Networks;

/// <summary>What the blocks of one batch may attend to.</summary>
/// <param name="Attention">
/// Broadcasts to (batch, heads, queries, keys): Bool, true where a query may see a key, or floating point to add to the scores; null for no restriction.
/// </param>
/// <param name="Causal">Positions see themselves and all those before them, which attention can do without a mask.</param>
/// <param name="Valid">(batch, positions, 1), 1 at valid positions and 0 at padded ones; null when all are valid.</param>
/// <param name="Rotation">The rotation of queries and keys (<see cref="Positions.Rotation"/>); null with a learned table.</param>
internal sealed record PositionMask(Tensor? Attention, bool Causal, Tensor? Valid, Tensor? Rotation)
{
    /// <summary>The mask for a number of time steps. Its tensors belong to the current dispose scope.</summary>
    /// <param name="network">Which patches a patch may attend to.</param>
    /// <param name="options">Layout of the patches, and compatibility.</param>
    /// <param name="steps">Time steps.</param>
    /// <param name="valid">(batch, steps), true for valid ones; null when all are, and with a cache.</param>
    /// <param name="like">Gives device and number format.</param>
    /// <param name="cache">Earlier steps of the same clip.</param>
    public static PositionMask Of(NetworkOptions network, AudioBsqOptions options, long steps, Tensor? valid, Tensor like, CausalCache? cache)
    {
        using var scope = NewDisposeScope();
        var mask = network.Mask;
        long positions = steps * options.PatchesPerStep;
        var rotation = options.Compatibility.LearnedPositions
            ? null
            : Positions.Rotation(cache?.NextStep ?? 0, steps, options.PatchesPerStep, network.Width / network.Heads, like.device);
        if (cache is not null) return new PositionMask(Before(network, options, cache.Steps, steps, like.device).MoveToOuterDisposeScope(), false, null, rotation?.MoveToOuterDisposeScope());

        var validPositions = valid?.unsqueeze(2).expand(-1, -1, options.PatchesPerStep).reshape(-1, positions); // (batch, positions)
        bool additive = mask == AttentionMask.BlockCausal && options.Compatibility.AdditiveBlockCausalMask;
        bool rasterCausal = mask == AttentionMask.Causal && validPositions is null && steps <= options.PastStepsOf(network) + 1;

        var allowed = mask == AttentionMask.None || additive || rasterCausal ? null : Before(network, options, cachedSteps: 0, steps, like.device);
        if (validPositions is not null) allowed = Exclude(allowed, validPositions, positions);
        var attention = additive ? AddOneToTheFuture(network, options, steps, allowed, like) : allowed;
        return new PositionMask(
            attention?.MoveToOuterDisposeScope(), rasterCausal, validPositions?.unsqueeze(2).to(like.dtype).MoveToOuterDisposeScope(), rotation?.MoveToOuterDisposeScope());
    }

    // (queries, keys), where the keys of cached time steps come first
    private static Tensor Before(NetworkOptions network, AudioBsqOptions options, long cachedSteps, long steps, Device device)
    {
        int perStep = options.PatchesPerStep;
        var key = arange(Number(0), Number((cachedSteps + steps) * perStep), One, ScalarType.Int64, device);
        var step = key.div(Number(perStep), RoundingMode.floor);
        var (query, queryStep) = (key.narrow(0, cachedSteps * perStep, steps * perStep).unsqueeze(1), step.narrow(0, cachedSteps * perStep, steps * perStep).unsqueeze(1));
        var before = network.Mask == AttentionMask.BlockCausal ? queryStep >= step : query >= key;
        return before & (queryStep - step <= Number(options.PastStepsOf(network)));
    }

    // A softmax over no keys would be 0/0: such a query sees itself, or everything where a whole clip is padding. Its result is not used.
    private static Tensor Exclude(Tensor? allowed, Tensor validPositions, long positions)
    {
        if (allowed is null) return (validPositions | validPositions.any(1, keepdim: true).logical_not()).reshape(-1, 1, 1, positions);
        var itself = eye(positions, dtype: ScalarType.Bool, device: validPositions.device);
        return ((allowed & validPositions.unsqueeze(1)) | itself).unsqueeze(1);
    }

    private static Tensor AddOneToTheFuture(NetworkOptions network, AudioBsqOptions options, long steps, Tensor? allowed, Tensor like)
    {
        var scores = Before(network, options, cachedSteps: 0, steps, like.device).logical_not().to(like.dtype);
        return allowed is null ? scores : scores.masked_fill(allowed.logical_not(), Number(double.NegativeInfinity));
    }
}
