namespace AudioBsq.Networks;

/// <summary>The caches of all blocks of a causal encoder or decoder, for clips whose time steps come one after another.</summary>
internal sealed class CausalCache : IDisposable
{
    private readonly BlockCache[] _blocks;
    private readonly int _maxSteps;

    /// <param name="network">The encoder or decoder.</param>
    /// <param name="options">The model.</param>
    /// <param name="firstStep">The first time step that will be added. Attention does not see the steps before it.</param>
    public CausalCache(NetworkOptions network, AudioBsqOptions options, long firstStep = 0)
    {
        _blocks = [.. Enumerable.Range(0, network.Layers).Select(_ => new BlockCache())];
        (_maxSteps, NextStep) = (options.PastStepsOf(network), firstStep);
    }

    /// <summary>The next time step, counted from the start of the clip.</summary>
    public long NextStep { get; private set; }

    /// <summary>Time steps whose keys and values are cached.</summary>
    public int Steps { get; private set; }

    /// <summary>The cache of a block, by its index.</summary>
    public BlockCache this[int block] => _blocks[block];

    /// <summary>Counts steps that have passed through all blocks.</summary>
    public void Advance(long steps)
    {
        NextStep += steps;
        Steps = (int)Math.Min(_maxSteps, Steps + steps);
    }

    /// <summary>Drops all but the first clips of the batch.</summary>
    public void KeepClips(long count)
    {
        foreach (var block in _blocks) block.KeepClips(count);
    }

    public void Dispose()
    {
        foreach (var block in _blocks) block.Dispose();
    }
}
