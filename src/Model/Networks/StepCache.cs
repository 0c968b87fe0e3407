namespace AudioBsq.Networks;

/// <summary>The caches of a causal encoder or decoder, for clips whose time steps come one after another.</summary>
/// <param name="maxSteps">Time steps whose keys and values are kept.</param>
/// <param name="firstStep">The first time step that will be added. Attention does not see the steps before it.</param>
internal abstract class StepCache(int maxSteps, long firstStep) : IDisposable
{
    /// <summary>The next time step, counted from the start of the clip.</summary>
    public long NextStep { get; private set; } = firstStep;

    /// <summary>Time steps whose keys and values are cached.</summary>
    public int Steps { get; private set; }

    /// <summary>Counts steps that have passed through all blocks.</summary>
    public void Advance(long steps)
    {
        NextStep += steps;
        Steps = (int)Math.Min(maxSteps, Steps + steps);
    }

    /// <summary>Drops all but the first clips of the batch.</summary>
    public abstract void KeepClips(int count);

    public abstract void Dispose();
}
