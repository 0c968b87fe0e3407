namespace AudioBsq.Streaming;

/// <summary>A half that looks both ways: windows of a clip are run as soon as they are there, the same as for the whole clip.</summary>
/// <param name="options">The model.</param>
/// <param name="inPerStep">Values of one time step.</param>
/// <param name="outPerStep">Results of one time step.</param>
/// <param name="filler">What completes a step that the clip's end cuts short.</param>
/// <param name="run">The half itself: the values of whole steps to their results.</param>
internal sealed class WindowStream<TIn, TOut>(AudioBsqOptions options, int inPerStep, int outPerStep, TIn filler, Func<ReadOnlyMemory<TIn>, TOut[]> run)
    : StepStream<TIn, TOut>(inPerStep, filler) where TIn : unmanaged
{
    private readonly int _context = options.ContextSteps, _kept = options.KeptSteps;
    private long _done;

    public override void Dispose()
    {
    }

    protected override long StepsAfter(long whole) => whole - Math.Max(0, DoneAfter(whole) - _context);

    protected override IEnumerable<TOut[]> Ready(bool ended)
    {
        while (_done < Whole && (ended || Whole - _done >= _kept + _context))
        {
            long first = Whole - Steps; // of the values
            int before = (int)(_done - first), kept = (int)Math.Min(_kept, Whole - _done), seen = (int)Math.Min(before + kept + _context, Steps);
            TOut[] results = run(Values.All[..(seen * PerStep)]);
            yield return results[(before * outPerStep)..((before + kept) * outPerStep)];
            _done += kept;
            Values.Keep((int)(Whole - Math.Max(0, _done - _context)) * PerStep + Values.Count % PerStep);
        }
    }

    protected override void Restart() => _done = 0;

    protected override void Continue() => _done = DoneAfter(Whole);

    // A window is run as soon as its last step is there.
    private long DoneAfter(long whole) => Math.Max(0, whole - _context) / _kept * _kept;
}
