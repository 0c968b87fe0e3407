namespace AudioBsq.Inference;

/// <summary>
/// A part of a clip that goes through the network at once, in time steps: the steps whose results are kept, and context on both sides whose
/// results are dropped. The kept steps of a clip's windows follow one another without gaps.
/// </summary>
/// <param name="Start">The first step whose results are kept.</param>
/// <param name="Kept">Steps whose results are kept.</param>
/// <param name="Before">Context steps before them; none at the clip's beginning.</param>
/// <param name="After">Context steps after them; none at the clip's end.</param>
internal readonly record struct Window(long Start, int Kept, int Before, int After)
{
    /// <summary>The first step that the network sees.</summary>
    public long First => Start - Before;

    /// <summary>Steps that the network sees.</summary>
    public int Count => Before + Kept + After;

    /// <summary>The window from <paramref name="start"/> on, of a clip with <paramref name="steps"/> steps.</summary>
    public static Window At(long start, long steps, AudioBsqOptions options)
    {
        int kept = (int)Math.Min(options.KeptSteps, steps - start), context = options.ContextSteps;
        return new Window(start, kept, (int)Math.Min(context, start), (int)Math.Min(context, steps - start - kept));
    }

    /// <summary>All windows of a clip.</summary>
    public static IEnumerable<Window> All(long steps, AudioBsqOptions options)
    {
        for (long start = 0; start < steps; start += options.KeptSteps) yield return At(start, steps, options);
    }

    /// <summary>The start of the first window that <paramref name="steps"/> steps do not fill; all windows before it can run.</summary>
    public static long StartOfNext(long steps, AudioBsqOptions options) =>
        Math.Max(0, steps - options.ContextSteps) / options.KeptSteps * options.KeptSteps;

    /// <summary>The values that the network sees; the last step may be partial.</summary>
    /// <param name="values">Values of the clip.</param>
    /// <param name="firstStep">The step of the first value.</param>
    /// <param name="perStep">Values of one step.</param>
    public ReadOnlyMemory<T> Slice<T>(ReadOnlyMemory<T> values, long firstStep, int perStep)
    {
        int from = (int)(First - firstStep);
        return values[(from * perStep)..Math.Min(values.Length, (from + Count) * perStep)];
    }

    /// <summary>The results that are kept, of the results of all steps that the network sees.</summary>
    public ReadOnlySpan<T> KeptOf<T>(T[] results, int perStep) => results.AsSpan(Before * perStep, Kept * perStep);

    /// <summary>Copies those to their place in the clip's results.</summary>
    public void Put<T>(T[] results, T[] clip, int perStep) => KeptOf(results, perStep).CopyTo(clip.AsSpan((int)Start * perStep));
}
