namespace AudioBsq.Networks;

/// <summary>The caches of a causal encoder's or decoder's blocks, for one clip whose time steps come one after another.</summary>
internal sealed class CausalCache : IDisposable
{
    private readonly BlockCache[] _blocks;
    private readonly int _maxSteps;

    /// <param name="network">The blocks.</param>
    /// <param name="options">The model they are of.</param>
    /// <param name="firstStep">The clip's time step that comes next; nothing is cached of those before.</param>
    public CausalCache(NetworkOptions network, AudioBsqOptions options, long firstStep = 0)
    {
        _blocks = [.. Enumerable.Range(0, network.Layers).Select(_ => new BlockCache())];
        (_maxSteps, NextStep) = (options.PastStepsOf(network), firstStep);
    }

    /// <summary>The clip's time step that comes next, from 0.</summary>
    public long NextStep { get; private set; }

    /// <summary>Time steps whose keys and values are cached.</summary>
    public int Steps { get; private set; }

    /// <summary>The cache of one block, counted from the first.</summary>
    public BlockCache this[int block] => _blocks[block];

    /// <summary>Counts steps that went through all blocks.</summary>
    public void Advance(long steps)
    {
        NextStep += steps;
        Steps = (int)Math.Min(_maxSteps, Steps + steps);
    }

    public void Dispose()
    {
        foreach (var block in _blocks) block.Dispose();
    }
}
