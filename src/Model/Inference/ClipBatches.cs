using AudioBsq.Networks;

namespace AudioBsq.Inference;

/// <summary>Cuts clips of any length into parts that a network takes at once, and runs parts of several clips as one batch.</summary>
/// <param name="options">The model.</param>
/// <param name="framesAtOnce">Frames of a batch, at most, unless a window alone has more.</param>
internal sealed class ClipBatches(AudioBsqOptions options, int framesAtOnce)
{
    // A batch takes windows down to this part of its longest one; shorter ones would be mostly padding.
    private const double MinPartOfLongest = 0.9;

    private int ClipsInStep => Math.Max(1, framesAtOnce / options.WindowFrames);

    /// <summary>
    /// Runs a causal model over clips of whole time steps from start to end. Clips of similar length start together, and run a window's
    /// steps at a time; those that have ended drop out.
    /// </summary>
    /// <param name="clips">Values of the clips.</param>
    /// <param name="perStep">Values of one time step.</param>
    /// <param name="begin">Makes empty caches.</param>
    /// <param name="run">Runs the next steps of the clips that are left: whole clips, first step, its values, caches.</param>
    /// <param name="keep">Called with a clip's number, and the steps and results of its part.</param>
    /// <param name="cancellation">Checked before each batch.</param>
    public void RunInStep<TIn, TOut>(
        IReadOnlyList<ReadOnlyMemory<TIn>> clips, int perStep, Func<StepCache> begin,
        Func<ReadOnlyMemory<TIn>[], long, ReadOnlyMemory<TIn>[], StepCache, TOut[]> run, Action<int, Window, TOut> keep,
        CancellationToken cancellation)
    {
        foreach (int[] batch in Enumerable.Range(0, clips.Count).OrderByDescending(i => clips[i].Length).Chunk(ClipsInStep))
        {
            using var cache = begin();
            for (int start = 0, count; ; start += options.WindowSteps)
            {
                count = batch.Count(i => clips[i].Length > start * perStep);
                if (count == 0) break;
                cancellation.ThrowIfCancellationRequested();
                cache.KeepClips(count);
                var left = Array.ConvertAll(batch[..count], i => clips[i]);
                var parts = Array.ConvertAll(
                    left, clip => clip[(start * perStep)..Math.Min(clip.Length, (start + options.WindowSteps) * perStep)]);
                TOut[] results = run(left, start, parts, cache);
                for (int i = 0; i < count; i++) keep(batch[i], new Window(start, parts[i].Length / perStep, 0, 0), results[i]);
            }
        }
    }

    /// <summary>Runs windows of clips, as many at once as may be.</summary>
    /// <param name="clips">Values of the clips.</param>
    /// <param name="steps">Time steps of each clip.</param>
    /// <param name="padded">Whether windows of somewhat different length may run together.</param>
    /// <param name="perStep">Values of one time step.</param>
    /// <param name="run">Runs windows.</param>
    /// <param name="keep">Called with a clip's number, a window of it, and the results of all steps of the window.</param>
    /// <param name="cancellation">Checked before each batch.</param>
    public void RunWindows<TIn, TOut>(
        IReadOnlyList<ReadOnlyMemory<TIn>> clips, int[] steps, bool padded, int perStep,
        Func<ReadOnlyMemory<TIn>[], TOut[]> run, Action<int, Window, TOut> keep, CancellationToken cancellation)
    {
        foreach (var batch in Batches(steps, padded))
        {
            cancellation.ThrowIfCancellationRequested();
            TOut[] results = run(Array.ConvertAll(batch, part => part.Window.Slice(clips[part.Clip], firstStep: 0, perStep)));
            for (int i = 0; i < batch.Length; i++) keep(batch[i].Clip, batch[i].Window, results[i]);
        }
    }

    // Batches of as many windows as may run at once, of equal length, or of similar length where they are padded.
    private IEnumerable<(int Clip, Window Window)[]> Batches(int[] steps, bool padded)
    {
        var windows = new Queue<(int Clip, Window Window)>(
            steps.SelectMany((count, clip) => Window.All(count, options).Select(window => (clip, window)))
                .OrderByDescending(part => part.window.Count));
        while (windows.TryPeek(out var longest))
        {
            int count = Math.Max(1, framesAtOnce / (longest.Window.Count * options.PatchFrames));
            double minLength = longest.Window.Count * (padded ? MinPartOfLongest : 1);
            var batch = new List<(int, Window)>();
            while (batch.Count < count && windows.TryPeek(out var part) && part.Window.Count >= minLength) batch.Add(windows.Dequeue());
            yield return [.. batch];
        }
    }
}
