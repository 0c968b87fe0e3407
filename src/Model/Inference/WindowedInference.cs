using AudioBsq.Metrics;
using AudioBsq.Persistence;

namespace AudioBsq.Inference;

/// <summary>
/// Encodes and decodes whole clips of any length. A causal model runs over each clip from start to end. For any other model, clips are cut
/// into windows, several windows run as one batch, and the results are put together again.
/// </summary>
internal sealed class WindowedInference(ModelContent model)
{
    // Measured with 256 to 16,384 frames at once on two cores: 4,096 was the fastest for Tiny (1.3 times as fast as 256), and Small did not
    // depend on it. A GPU needs larger batches.
    private const int FramesAtOnceOnCpu = 4096, FramesAtOnceOnGpu = 32 * 1024;

    // A batch takes windows down to this part of its longest one; shorter ones would be mostly padding.
    private const double MinLengthBesideLongest = 0.75;

    private readonly ForwardPass _pass = new(model);

    private AudioBsqOptions Options => model.Options;

    private int FrameValuesPerStep => Options.PatchFrames * Options.Bands;

    private int FramesAtOnce => model.Device.type == TorchSharp.DeviceType.CPU ? FramesAtOnceOnCpu : FramesAtOnceOnGpu;

    /// <summary>Tokens of mel spectrograms (frames, bands).</summary>
    /// <exception cref="NotSupportedException">The model is a decoder only.</exception>
    public int[][] Encode(IReadOnlyList<ReadOnlyMemory<float>> mels, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(mels);
        model.Require(ModelParts.Encoder, "encode");
        foreach (var mel in mels)
            Check.That(mel.Length % Options.Bands == 0, mel.Length, $"must be a multiple of {Options.Bands} bands", nameof(mels));
        if (Options.IsCausal) return StreamEach(mels, EncoderStream.Of(model), Options.WindowFrames * Options.Bands, cancellation);

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
        if (Options.IsCausal) return StreamEach(tokens, DecoderStream.Of(model), Options.WindowSteps * perStep, cancellation);

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

    private static TOut[][] StreamEach<TIn, TOut>(
        IReadOnlyList<ReadOnlyMemory<TIn>> clips, StepStream<TIn, TOut> stream, int piece, CancellationToken cancellation)
        where TIn : unmanaged
    {
        using var _ = stream;
        var results = new TOut[clips.Count][];
        for (int i = 0; i < clips.Count; i++)
        {
            var parts = new List<TOut[]>();
            for (int start = 0; start < clips[i].Length; start += piece)
            {
                cancellation.ThrowIfCancellationRequested();
                parts.Add(stream.Accept(clips[i].Span[start..Math.Min(clips[i].Length, start + piece)]));
            }

            results[i] = [.. parts.SelectMany(part => part), .. stream.Flush()];
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
            double minLength = longest.Window.Count * (padded ? MinLengthBesideLongest : 1);
            var batch = new List<(int, Window)>();
            while (batch.Count < count && windows.TryPeek(out var part) && part.Window.Count >= minLength) batch.Add(windows.Dequeue());
            yield return [.. batch];
        }
    }
}
