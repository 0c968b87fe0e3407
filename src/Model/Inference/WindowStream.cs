namespace AudioBsq.Inference;

/// <summary>The encoder or decoder of a model that is not causal: each window of a clip runs once all of its steps are there.</summary>
/// <param name="options">The model.</param>
/// <param name="inPerStep">Values of one time step.</param>
/// <param name="outPerStep">Results of one time step.</param>
/// <param name="filler">The value that fills up a step that the clip's end cuts short.</param>
/// <param name="run">Runs the encoder or decoder: values of whole steps to their results.</param>
internal sealed class WindowStream<TIn, TOut>(
    AudioBsqOptions options, int inPerStep, int outPerStep, TIn filler, Func<ReadOnlyMemory<TIn>, TOut[]> run)
    : StepStream<TIn, TOut>(inPerStep, filler) where TIn : unmanaged
{
    private long _next; // start of the next window

    protected override void DisposeCaches()
    {
    }

    protected override long KeptSteps(long whole) => whole - FirstOf(Window.StartOfNext(whole, options));

    protected override IEnumerable<TOut[]> Ready(bool ended)
    {
        while (_next < (ended ? Whole : Window.StartOfNext(Whole, options)))
        {
            var window = Window.At(_next, Whole, options);
            TOut[] results = run(window.Slice(Values.Memory[..(Steps * PerStep)], firstStep: Whole - Steps, PerStep));
            yield return window.KeptOf(results, outPerStep).ToArray();
            _next += window.Kept;
            Values.KeepLast((int)(Whole - FirstOf(_next)) * PerStep + Values.Count % PerStep);
        }
    }

    protected override void Restart() => _next = 0;

    protected override void Continue() => _next = Window.StartOfNext(Whole, options);

    private long FirstOf(long start) => Math.Max(0, start - options.ContextSteps);
}
