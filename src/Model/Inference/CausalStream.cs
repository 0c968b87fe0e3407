using AudioBsq.Networks;

namespace AudioBsq.Inference;

/// <summary>The encoder or decoder of a causal model: each time step runs once, with the caches of the steps before it.</summary>
internal sealed class CausalStream<TIn, TOut> : StepStream<TIn, TOut> where TIn : unmanaged
{
    private readonly long _reach;
    private readonly Func<long, CausalCache> _begin;
    private readonly Run _run;
    private CausalCache _cache;

    /// <param name="perStep">Values of one time step.</param>
    /// <param name="filler">The value that fills up a step that the clip's end cuts short.</param>
    /// <param name="reach">Steps before its own that a result depends on.</param>
    /// <param name="begin">Makes empty caches that start at a time step.</param>
    /// <param name="run">Runs the encoder or decoder.</param>
    public CausalStream(int perStep, TIn filler, long reach, Func<long, CausalCache> begin, Run run) : base(perStep, filler)
    {
        (_reach, _begin, _run) = (reach, begin, run);
        _cache = begin(0);
    }

    /// <summary>
    /// Runs the last <paramref name="steps"/> of the values. The values before them are those that the results may depend on; they have
    /// been through the <paramref name="cache"/>.
    /// </summary>
    public delegate TOut[] Run(ReadOnlyMemory<TIn> values, int steps, CausalCache cache);

    protected override void DisposeCaches() => _cache.Dispose();

    protected override long KeptSteps(long whole) => Math.Min(whole, _reach);

    protected override IEnumerable<TOut[]> Ready(bool ended)
    {
        int steps = (int)(Whole - _cache.NextStep);
        if (steps == 0) yield break;
        yield return _run(Values.Memory[..(Steps * PerStep)], steps, _cache);
        Values.KeepLast((int)Math.Min(_reach, Steps) * PerStep + Values.Count % PerStep);
    }

    protected override void Restart()
    {
        _cache.Dispose();
        _cache = _begin(0);
    }

    // The values hold every step that the caches depend on.
    protected override void Continue()
    {
        _cache.Dispose();
        _cache = _begin(Whole - Steps);
        if (Steps > 0) _run(Values.Memory[..(Steps * PerStep)], Steps, _cache);
    }
}
