namespace AudioBsq.Networks;

/// <summary>What a stack of blocks that looks back only remembers of one clip, so that time steps can come one after another.</summary>
internal sealed class Past : IDisposable
{
    private readonly BlockPast[] _blocks;
    private readonly int _mostSteps;

    /// <param name="network">The blocks.</param>
    /// <param name="options">The model they are of.</param>
    /// <param name="firstStep">The clip's time step that comes next; nothing is remembered of those before.</param>
    public Past(NetworkOptions network, AudioBsqOptions options, long firstStep = 0)
    {
        _blocks = [.. Enumerable.Range(0, network.Layers).Select(_ => new BlockPast())];
        (_mostSteps, NextStep) = (options.PastStepsOf(network), firstStep);
    }

    /// <summary>The clip's time step that comes next, from 0.</summary>
    public long NextStep { get; private set; }

    /// <summary>Time steps that attention remembers.</summary>
    public int Steps { get; private set; }

    /// <summary>The past of one block, counted from the first.</summary>
    public BlockPast this[int block] => _blocks[block];

    /// <summary>So many steps went through all blocks.</summary>
    public void Advance(long steps)
    {
        NextStep += steps;
        Steps = (int)Math.Min(_mostSteps, Steps + steps);
    }

    public void Dispose()
    {
        foreach (var block in _blocks) block.Dispose();
    }
}
