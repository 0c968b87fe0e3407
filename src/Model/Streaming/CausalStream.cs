using AudioBsq.Networks;

namespace AudioBsq.Streaming;

/// <summary>A half that looks back only: each time step is run once, with what the blocks remember of those before it.</summary>
internal sealed class CausalStream<TIn, TOut> : StepStream<TIn, TOut> where TIn : unmanaged
{
    private readonly long _reach;
    private readonly Func<long, Past> _begin;
    private readonly Run _run;
    private Past _past;

    /// <param name="perStep">Values of one time step.</param>
    /// <param name="filler">What completes a step that the clip's end cuts short.</param>
    /// <param name="reach">Steps before its own that a result depends on.</param>
    /// <param name="begin">An empty past before a step.</param>
    /// <param name="run">The half itself.</param>
    public CausalStream(int perStep, TIn filler, long reach, Func<long, Past> begin, Run run) : base(perStep, filler)
    {
        (_reach, _begin, _run) = (reach, begin, run);
        _past = begin(0);
    }

    /// <summary>Runs the last <paramref name="steps"/> of the values. Those before them, as far as results may depend on them, went through <paramref name="past"/>.</summary>
    public delegate TOut[] Run(ReadOnlyMemory<TIn> values, int steps, Past past);

    public override void Dispose() => _past.Dispose();

    protected override long StepsAfter(long whole) => Math.Min(whole, _reach);

    protected override IEnumerable<TOut[]> Ready(bool ended)
    {
        int steps = (int)(Whole - _past.NextStep);
        if (steps == 0) yield break;
        yield return _run(Values.All[..(Steps * PerStep)], steps, _past);
        Values.Keep((int)Math.Min(_reach, Steps) * PerStep + Values.Count % PerStep);
    }

    protected override void Restart()
    {
        _past.Dispose();
        _past = _begin(0);
    }

    // What the blocks remember depends on no step that is not in the values.
    protected override void Continue()
    {
        _past.Dispose();
        _past = _begin(Whole - Steps);
        if (Steps > 0) _run(Values.All[..(Steps * PerStep)], Steps, _past);
    }
}
