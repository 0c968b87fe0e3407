namespace AudioBsq.Networks;

/// <summary>The caches of all blocks of a causal encoder or decoder on torch.</summary>
/// <param name="network">The encoder or decoder.</param>
/// <param name="options">The model.</param>
/// <param name="firstStep">The first time step that will be added. Attention does not see the steps before it.</param>
internal sealed class CausalCache(NetworkOptions network, AudioBsqOptions options, long firstStep = 0)
    : StepCache(options.PastStepsOf(network), firstStep)
{
    private readonly BlockCache[] _blocks = [.. Enumerable.Range(0, network.Layers).Select(_ => new BlockCache())];

    /// <summary>The cache of a block, by its index.</summary>
    public BlockCache this[int block] => _blocks[block];

    /// <inheritdoc/>
    public override void KeepClips(int count)
    {
        foreach (var block in _blocks) block.KeepClips(count);
    }

    public override void Dispose()
    {
        foreach (var block in _blocks) block.Dispose();
    }
}
