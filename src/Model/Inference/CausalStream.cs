using AudioBsq.Networks;

namespace AudioBsq.Inference;

/// <summary>The encoder or decoder of a causal model: each time step runs once, with the caches of the steps before it.</summary>
/// <param name="perStep">Values of one time step.</param>
/// <param name="filler">The value that fills up a step that the clip's end cuts short.</param>
/// <param name="reach">Steps before its own that a result depends on.</param>
/// <param name="begin">Makes empty caches that start at a time step.</param>
/// <param name="run">Runs the encoder or decoder over the values of whole steps, which are added to the caches.</param>
internal sealed class CausalStream<TIn, TOut>(
    int perStep, TIn filler, long reach, Func<long, StepCache> begin, Func<ReadOnlyMemory<TIn>, StepCache, TOut[]> run)
    : StepStream<TIn, TOut>(perStep, filler) where TIn : unmanaged
{
    private StepCache _cache = begin(0);

    protected override void DisposeCaches() => _cache.Dispose();

    protected override long KeptSteps(long whole) => Math.Min(whole, reach);

    protected override IEnumerable<TOut[]> Ready(bool ended)
    {
        int steps = (int)(Whole - _cache.NextStep);
        if (steps == 0) yield break;
        yield return run(LastSteps(steps), _cache);
        Values.KeepLast((int)Math.Min(reach, Steps) * PerStep + Values.Count % PerStep);
    }

    protected override void Restart()
    {
        _cache.Dispose();
        _cache = begin(0);
    }

    // The values hold every step that the caches depend on.
    protected override void Continue()
    {
        _cache.Dispose();
        _cache = begin(Whole - Steps);
        if (Steps > 0) run(LastSteps(Steps), _cache);
    }

    private ReadOnlyMemory<TIn> LastSteps(int count) => Values.Memory[((Steps - count) * PerStep)..(Steps * PerStep)];
}
