using AudioBsq.Metrics;
using AudioBsq.Networks;
using AudioBsq.Persistence;

namespace AudioBsq.Inference;

/// <summary>
/// Encodes and decodes whole clips of any length, several as one batch. A causal model runs over clips from start to end, in step. For any
/// other model, clips are cut into windows, and the results of these are put together again.
/// </summary>
internal sealed class WindowedInference(ModelContent model)
{
    // Measured with 256 to 16,384 frames at once on two cores: 4,096 was the fastest for Tiny (1.3 times as fast as 256), and Small did not
    // depend on it. A GPU needs larger batches.
    private const int FramesAtOnceOnCpu = 4096, FramesAtOnceOnGpu = 32 * 1024;

    // A batch takes windows down to this part of its longest one; shorter ones would be mostly padding.
    private const double MinPartOfLongest = 0.9;

    private readonly ForwardPass _pass = new(model);

    private AudioBsqOptions Options => model.Options;

    private int FrameValuesPerStep => Options.PatchFrames * Options.Bands;

    private int ClipsInStep => Math.Max(1, FramesAtOnce / Options.WindowFrames);

    private int FramesAtOnce => model.Device.type == TorchSharp.DeviceType.CPU ? FramesAtOnceOnCpu : FramesAtOnceOnGpu;

    /// <summary>Tokens of mel spectrograms (frames, bands).</summary>
    /// <exception cref="NotSupportedException">The model is a decoder only.</exception>
    public int[][] Encode(IReadOnlyList<ReadOnlyMemory<float>> mels, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(mels);
        model.Require(ModelParts.Encoder, "encode");
        foreach (var mel in mels)
            Check.That(mel.Length % Options.Bands == 0, mel.Length, $"must be a multiple of {Options.Bands} bands", nameof(mels));
        if (Options.IsCausal)
        {
            return RunInStep(
                [.. mels.Select(WholeSteps)], FrameValuesPerStep, Options.TokensPerStep, () => new CausalCache(Options.Encoder, Options),
                _pass.Encode, cancellation);
        }

        // Padding changes how sums are rounded, which the second pass of close latents makes up for.
        int[] steps = [.. mels.Select(mel => Options.StepsOf(mel.Length / Options.Bands))];
        bool padded = !Options.Compatibility.PaddingTakesPart;
        return RunWindows(mels, steps, padded, FrameValuesPerStep, Options.TokensPerStep, _pass.Encode, cancellation);
    }

    /// <summary>Mel spectrograms of tokens.</summary>
    /// <exception cref="NotSupportedException">The model is an encoder only.</exception>
    public float[][] Decode(IReadOnlyList<ReadOnlyMemory<int>> tokens, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        model.Require(ModelParts.Decoder, "decode");
        foreach (var clip in tokens) TokenCheck.Require(clip.Span, Options);
        int perStep = Options.TokensPerStep;
        if (Options.IsCausal)
        {
            return RunInStep(
                tokens, perStep, FrameValuesPerStep, () => new CausalCache(Options.EffectiveDecoder, Options),
                (_, _, parts, cache) => _pass.Decode(parts, cache), cancellation);
        }

        int[] steps = [.. tokens.Select(clip => clip.Length / perStep)];
        return RunWindows(tokens, steps, padded: false, perStep, FrameValuesPerStep, windows => _pass.Decode(windows), cancellation);
    }

    /// <summary>Encodes and decodes clips, and measures the reconstruction error and how the codes are used.</summary>
    /// <param name="mels">Mel spectrograms (frames, bands).</param>
    /// <param name="observe">Called with each clip's index, the clip, and its reconstruction of whole patches.</param>
    /// <param name="cancellation">Checked before each clip.</param>
    public ReconstructionMetrics Evaluate(IEnumerable<float[]> mels, Action<int, float[], float[]>? observe, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(mels);
        int clip = 0;
        var evaluation = new ReconstructionEvaluation(Options.Bands, Options.BitsPerToken, Options.TokensPerPosition);
        foreach (float[] mel in mels)
        {
            cancellation.ThrowIfCancellationRequested();
            int[] tokens = Encode([mel], default)[0];
            float[] reconstructed = Decode([tokens], default)[0];
            evaluation.Add(mel, reconstructed, tokens);
            observe?.Invoke(clip++, mel, reconstructed);
        }

        return evaluation.Result();
    }

    // A causal model has no time steps that are partly padding.
    private ReadOnlyMemory<float> WholeSteps(ReadOnlyMemory<float> mel)
    {
        int count = Options.StepsOf(mel.Length / Options.Bands) * FrameValuesPerStep;
        if (count == mel.Length) return mel;
        float[] whole = new float[count];
        mel.Span.CopyTo(whole);
        whole.AsSpan(mel.Length).Fill(Options.MinLevel);
        return whole;
    }

    // Clips of similar length start together, and run a window's steps at a time; those that have ended drop out.
    private TOut[][] RunInStep<TIn, TOut>(
        IReadOnlyList<ReadOnlyMemory<TIn>> clips, int inPerStep, int outPerStep, Func<CausalCache> begin,
        Func<ReadOnlyMemory<TIn>[], long, ReadOnlyMemory<TIn>[], CausalCache, TOut[][]> run, CancellationToken cancellation)
    {
        TOut[][] results = [.. clips.Select(clip => new TOut[clip.Length / inPerStep * outPerStep])];
        foreach (int[] batch in Enumerable.Range(0, clips.Count).OrderByDescending(i => clips[i].Length).Chunk(ClipsInStep))
        {
            using var cache = begin();
            for (int start = 0, count; ; start += Options.WindowSteps)
            {
                count = batch.Count(i => clips[i].Length > start * inPerStep);
                if (count == 0) break;
                cancellation.ThrowIfCancellationRequested();
                cache.KeepClips(count);
                var left = Array.ConvertAll(batch[..count], i => clips[i]);
                var parts = Array.ConvertAll(
                    left, clip => clip[(start * inPerStep)..Math.Min(clip.Length, (start + Options.WindowSteps) * inPerStep)]);
                TOut[][] outputs = run(left, start, parts, cache);
                for (int i = 0; i < count; i++) outputs[i].CopyTo(results[batch[i]], start * outPerStep);
            }
        }

        return results;
    }

    private TOut[][] RunWindows<TIn, TOut>(
        IReadOnlyList<ReadOnlyMemory<TIn>> clips, int[] steps, bool padded, int inPerStep, int outPerStep,
        Func<ReadOnlyMemory<TIn>[], TOut[][]> run, CancellationToken cancellation)
    {
        TOut[][] results = [.. steps.Select(count => new TOut[count * outPerStep])];
        foreach (var batch in Batches(steps, padded))
        {
            cancellation.ThrowIfCancellationRequested();
            TOut[][] outputs = run(Array.ConvertAll(batch, part => part.Window.Slice(clips[part.Clip], firstStep: 0, inPerStep)));
            for (int i = 0; i < batch.Length; i++)
            {
                var (clip, window) = batch[i];
                window.KeptOf(outputs[i], outPerStep).CopyTo(results[clip].AsSpan((int)window.Start * outPerStep));
            }
        }

        return results;
    }

    // Batches of as many windows as may run at once, of equal length, or of similar length where they are padded.
    private IEnumerable<(int Clip, Window Window)[]> Batches(int[] steps, bool padded)
    {
        var windows = new Queue<(int Clip, Window Window)>(
            steps.SelectMany((count, clip) => Window.All(count, Options).Select(window => (clip, window)))
                .OrderByDescending(part => part.window.Count));
        while (windows.TryPeek(out var longest))
        {
            int count = Math.Max(1, FramesAtOnce / (longest.Window.Count * Options.PatchFrames));
            double minLength = longest.Window.Count * (padded ? MinPartOfLongest : 1);
            var batch = new List<(int, Window)>();
            while (batch.Count < count && windows.TryPeek(out var part) && part.Window.Count >= minLength) batch.Add(windows.Dequeue());
            yield return [.. batch];
        }
    }
}
