using static AudioBsq.Native.Scalars;
using static TorchSharp.torch;

namespace AudioBsq.Networks;

/// <summary>What the blocks need to know about the positions of one batch: which see which, which are valid, and where they are.</summary>
/// <param name="Attention">
/// Broadcasts to (batch, heads, queries, keys): Bool, true where a query may see
/// a key, or floating point to add to the scores; null for no restriction.
/// </param>
/// <param name="Causal">Each position sees itself and all before it, for which attention needs no mask.</param>
/// <param name="Valid">(batch, positions, 1), 1 at valid positions and 0 at padded ones; null when all are valid.</param>
/// <param name="Rotation">The rotation of queries and keys (<see cref="Positions.Rotation"/>); null with a learned table.</param>
/// <param name="Visible">The patches that the positions are; null when they are all of them.</param>
internal sealed record PositionMask(Tensor? Attention, bool Causal, Tensor? Valid, Tensor? Rotation, VisiblePatches? Visible = null)
{
    /// <summary>The mask for a number of time steps. Its tensors belong to the current dispose scope.</summary>
    /// <param name="network">Which patches a patch may attend to.</param>
    /// <param name="options">Layout of the patches, and compatibility.</param>
    /// <param name="steps">Time steps.</param>
    /// <param name="valid">(batch, steps), true for valid ones; null when all are, and with a cache.</param>
    /// <param name="like">A tensor whose device and type the masks get.</param>
    /// <param name="cache">Caches of earlier steps of the same clip; null for a whole clip or window.</param>
    public static PositionMask Of(
        NetworkOptions network, AudioBsqOptions options, long steps, Tensor? valid, Tensor like, CausalCache? cache)
    {
        using var scope = NewDisposeScope();
        var mask = network.Mask;
        int perStep = options.PatchesPerStep;
        long positions = steps * perStep;
        int headChannels = network.Width / network.Heads;
        var rotation = options.Compatibility.LearnedPositions
            ? null
            : Positions.Rotation(cache?.NextStep ?? 0, steps, perStep, headChannels, like.device).MoveToOuterDisposeScope();
        if (cache is not null)
        {
            // Row by row a step is only given the keys that it sees; its own patches may still not see those after them.
            bool seesWholeSteps = perStep == 1 || mask == AttentionMask.BlockCausal;
            if (RowLinear.InUse && seesWholeSteps) return new PositionMask(null, Causal: false, Valid: null, rotation);
            var seen = CausalMask(network, options, cache.Steps, steps, like.device);
            return new PositionMask(seen.MoveToOuterDisposeScope(), Causal: false, Valid: null, rotation);
        }

        var validPositions = valid?.unsqueeze(2).expand(-1, -1, perStep).reshape(-1, positions); // (batch, positions)
        bool additive = mask == AttentionMask.BlockCausal && options.Compatibility.AdditiveBlockCausalMask;
        bool rasterCausal = mask == AttentionMask.Causal && validPositions is null && steps <= options.PastStepsOf(network) + 1;

        bool unmasked = mask == AttentionMask.None || additive || rasterCausal;
        var allowed = unmasked ? null : CausalMask(network, options, cachedSteps: 0, steps, like.device);
        if (validPositions is not null) allowed = ExcludePadding(allowed, validPositions, positions);
        var attention = additive ? AddOneToTheFuture(network, options, steps, allowed, like) : allowed;
        var factors = validPositions?.unsqueeze(2).to(like.dtype);
        return new PositionMask(attention?.MoveToOuterDisposeScope(), rasterCausal, factors?.MoveToOuterDisposeScope(), rotation);
    }

    /// <summary>The mask for those patches of a number of time steps that are visible.</summary>
    public static PositionMask OfVisible(
        NetworkOptions network, AudioBsqOptions options, long steps, VisiblePatches visible, Tensor like)
    {
        using var scope = NewDisposeScope();
        var all = Of(network, options, steps, valid: null, like, cache: null);
        var allowed = all.Causal ? CausalMask(network, options, cachedSteps: 0, steps, like.device) : all.Attention;
        if (allowed is not null) // (positions, positions) → (batch, visible, visible)
        {
            var rows = visible.Rows(allowed);
            allowed = rows.gather(2, visible.Index.unsqueeze(1).expand(-1, rows.shape[1], -1));
        }

        bool additive = allowed is not null && allowed.dtype != ScalarType.Bool;
        var attention = (visible.Valid, additive) switch
        {
            (null, _) => allowed?.unsqueeze(1),
            (_, false) => ExcludePadding(allowed, visible.Valid, visible.Index.shape[1]),
            _ => allowed!.unsqueeze(1).masked_fill(
                ExcludePadding(null, visible.Valid, visible.Index.shape[1]).logical_not(), Scalar(double.NegativeInfinity)),
        };
        var rotation = all.Rotation is null ? null : stack(all.Rotation.unbind(0).Select(visible.Rows)).unsqueeze(2);
        var factors = visible.Valid?.unsqueeze(2).to(like.dtype);
        return new PositionMask(
            attention?.MoveToOuterDisposeScope(), Causal: false, factors?.MoveToOuterDisposeScope(),
            rotation?.MoveToOuterDisposeScope(), visible);
    }

    /// <summary>
    /// The mask for a number of time steps in which a patch sees those at most so many time steps and rows away; null for any distance.
    /// </summary>
    public static PositionMask Local(
        NetworkOptions network, AudioBsqOptions options, long steps, Tensor? valid, Tensor like, long? maxSteps, long? maxRows)
    {
        using var scope = NewDisposeScope();
        var all = Of(network with { Mask = AttentionMask.None, PastSteps = null }, options, steps, valid, like, cache: null);
        var position = arange(Scalar(0), Scalar(steps * options.PatchesPerStep), One, ScalarType.Int64, like.device);
        var step = position.div(Scalar(options.PatchesPerStep), RoundingMode.floor);
        var row = position.remainder(Scalar(options.PatchesPerStep));
        Tensor? near = null;
        if (maxSteps is { } farthest) near = Distance(step) <= Scalar(farthest);
        if (maxRows is { } rows) near = near is null ? Distance(row) <= Scalar(rows) : near & (Distance(row) <= Scalar(rows));
        var validPositions = valid?.unsqueeze(2).expand(-1, -1, options.PatchesPerStep).reshape(valid.shape[0], -1);
        if (near is not null) near = validPositions is null ? near : ExcludePadding(near, validPositions, position.shape[0]);
        return new PositionMask(
            (near ?? all.Attention)?.MoveToOuterDisposeScope(), Causal: false, all.Valid?.MoveToOuterDisposeScope(),
            all.Rotation?.MoveToOuterDisposeScope());

        static Tensor Distance(Tensor of) => (of.unsqueeze(0) - of.unsqueeze(1)).abs();
    }

    // (queries, keys), where the keys of cached time steps come first
    private static Tensor CausalMask(NetworkOptions network, AudioBsqOptions options, long cachedSteps, long steps, Device device)
    {
        int perStep = options.PatchesPerStep;
        var key = arange(Scalar(0), Scalar((cachedSteps + steps) * perStep), One, ScalarType.Int64, device);
        var keyStep = key.div(Scalar(perStep), RoundingMode.floor);
        var query = key.narrow(0, cachedSteps * perStep, steps * perStep).unsqueeze(1);
        var queryStep = keyStep.narrow(0, cachedSteps * perStep, steps * perStep).unsqueeze(1);
        var notAfter = network.Mask == AttentionMask.BlockCausal ? queryStep >= keyStep : query >= key;
        return notAfter & (queryStep - keyStep <= Scalar(options.PastStepsOf(network)));
    }

    // A softmax over no keys would be 0/0. So a padded query sees itself, or
    // everything if the whole clip is padding; its result is not used.
    private static Tensor ExcludePadding(Tensor? allowed, Tensor validPositions, long positions)
    {
        if (allowed is null)
        {
            var allPadding = validPositions.any(1, keepdim: true).logical_not();
            return (validPositions | allPadding).reshape(-1, 1, 1, positions);
        }

        var itself = eye(positions, dtype: ScalarType.Bool, device: validPositions.device);
        return ((allowed & validPositions.unsqueeze(1)) | itself).unsqueeze(1);
    }

    private static Tensor AddOneToTheFuture(NetworkOptions network, AudioBsqOptions options, long steps, Tensor? allowed, Tensor like)
    {
        var scores = CausalMask(network, options, cachedSteps: 0, steps, like.device).logical_not().to(like.dtype);
        return allowed is null ? scores : scores.masked_fill(allowed.logical_not(), Scalar(double.NegativeInfinity));
    }
}
