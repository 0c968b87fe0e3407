using AudioBsq.Distributed;
using AudioBsq.Metrics;
using AudioBsq.Networks;
using AudioBsq.Persistence;
using AudioBsq.Signal;

namespace AudioBsq.Inference;

/// <summary>
/// Encodes, embeds and decodes whole clips of any length, several as one batch. A causal model runs over clips from start to end, in step.
/// For any other model, clips are cut into windows, and the results of these are put together again.
/// </summary>
internal sealed class WindowedInference(ModelContent model)
{
    private readonly ForwardPass _pass = new(model);

    private readonly ClipBatches _batches = new(model.Options, model.Engine.FramesAtOnce);

    private AudioBsqOptions Options => model.Options;

    private int InputValuesPerStep => Options.PatchFrames * Options.FrameValues;

    private int FrameValuesPerStep => Options.PatchFrames * Options.Bands;

    /// <summary>Tokens of mel spectrograms (frames, bands).</summary>
    /// <exception cref="NotSupportedException">The model is a decoder only.</exception>
    public int[][] Encode(IReadOnlyList<ReadOnlyMemory<float>> mels, CancellationToken cancellation)
    {
        int[][] tokens = ForEach(mels, "encode", steps => new int[steps * Options.TokensPerStep]);
        RunEncoder(mels, _pass.Encode, _pass.Encode, Keep, cancellation);
        return tokens;

        void Keep(int clip, Window window, Encoded encoded) => window.Put(encoded.Tokens, tokens[clip], Options.TokensPerStep);
    }

    /// <summary>The same with the latents (positions, dimension) that the tokens stand for.</summary>
    /// <exception cref="NotSupportedException">The model is a decoder only.</exception>
    public Encoded[] EncodeWithLatents(IReadOnlyList<ReadOnlyMemory<float>> mels, CancellationToken cancellation)
    {
        int latentsPerStep = Options.PatchesPerStep * Options.Quantizer.Dimension;
        var clips = ForEach(
            mels, "encode", steps => new Encoded(new int[steps * Options.TokensPerStep], new float[steps * latentsPerStep]));
        RunEncoder(mels, _pass.Encode, _pass.Encode, Keep, cancellation);
        return clips;

        void Keep(int clip, Window window, Encoded encoded)
        {
            window.Put(encoded.Tokens, clips[clip].Tokens, Options.TokensPerStep);
            window.Put(encoded.Latents, clips[clip].Latents, latentsPerStep);
        }
    }

    /// <summary>Embeddings of mel spectrograms (frames, bands).</summary>
    /// <exception cref="NotSupportedException">The model is a decoder only.</exception>
    public float[][] Embed(IReadOnlyList<ReadOnlyMemory<float>> mels, EmbeddingOptions embedding, CancellationToken cancellation)
    {
        embedding.SizeOf(Options); // checks that they fit
        int layer = embedding.LayerOf(Options), perStep = Options.PatchesPerStep * Options.Encoder.Width;
        var pools = ForEach(mels, "embed", steps => new EmbeddingPool(embedding, Options, steps));
        RunEncoder(
            mels, windows => _pass.Features(windows, layer), (_, _, parts, cache) => _pass.Features(parts, layer, cache), Keep,
            cancellation);
        return Array.ConvertAll(pools, pool => pool.Result());

        void Keep(int clip, Window window, float[] features) => pools[clip].Add(window.Start, window.KeptOf(features, perStep));
    }

    /// <summary>Mel spectrograms of tokens.</summary>
    /// <exception cref="NotSupportedException">The model is an encoder only.</exception>
    public float[][] Decode(IReadOnlyList<ReadOnlyMemory<int>> tokens, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        model.Require(ModelParts.Decoder, "decode");
        foreach (var clip in tokens) TokenCheck.Require(clip.Span, Options);
        int perStep = Options.TokensPerStep;
        int[] steps = [.. tokens.Select(clip => clip.Length / perStep)];
        float[][] mels = Array.ConvertAll(steps, count => new float[count * FrameValuesPerStep]);
        if (Options.IsCausal)
        {
            _batches.RunInStep(
                tokens, perStep, () => model.Engine.NewCache(ModelParts.Decoder),
                (_, _, parts, cache) => _pass.Decode(parts, cache), Keep, cancellation);
        }
        else _batches.RunWindows(tokens, steps, padded: false, perStep, windows => _pass.Decode(windows), Keep, cancellation);

        return mels;

        void Keep(int clip, Window window, float[] frames) => window.Put(frames, mels[clip], FrameValuesPerStep);
    }

    /// <summary>Encodes and decodes clips, and measures the reconstruction error and how the codes are used.</summary>
    /// <param name="mels">Mel spectrograms (frames, bands).</param>
    /// <param name="observe">Called with each clip's index, the bands of its main window, and its reconstruction of whole patches.</param>
    /// <param name="group">Ranks that measure the clips in turn, each of which gets the metrics of all.</param>
    /// <param name="cancellation">Checked before each clip.</param>
    public ReconstructionMetrics Evaluate(
        IEnumerable<float[]> mels, Action<int, float[], float[]>? observe, RankGroup group, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(mels);
        var evaluation = new ReconstructionEvaluation(Options.Bands, Options.BitsPerToken, Options.TokensPerPosition);
        foreach (var (clip, mel) in mels.Index())
        {
            cancellation.ThrowIfCancellationRequested();
            if (!group.Has(clip)) continue;
            int[] tokens = Encode([mel], default)[0];
            float[] reconstructed = Decode([tokens], default)[0];
            float[] main = MelScales.Cut(mel, Options.FrameValues, Options.Bands);
            evaluation.Add(main, reconstructed, tokens);
            observe?.Invoke(clip, main, reconstructed);
        }

        return evaluation.Result(group);
    }

    // What each clip's results go to, by its time steps.
    private T[] ForEach<T>(IReadOnlyList<ReadOnlyMemory<float>> mels, string verb, Func<int, T> make)
    {
        ArgumentNullException.ThrowIfNull(mels);
        model.Require(ModelParts.Encoder, verb);
        foreach (var mel in mels)
            Check.That(
                mel.Length % Options.FrameValues == 0, mel.Length, $"must be a multiple of {Options.FrameValues} bands", nameof(mels));
        return [.. mels.Select(mel => make(StepsOf(mel)))];
    }

    private void RunEncoder<T>(
        IReadOnlyList<ReadOnlyMemory<float>> mels, Func<ReadOnlyMemory<float>[], T[]> runWindows,
        Func<ReadOnlyMemory<float>[], long, ReadOnlyMemory<float>[], StepCache, T[]> runInStep, Action<int, Window, T> keep,
        CancellationToken cancellation)
    {
        if (Options.IsCausal)
        {
            _batches.RunInStep(
                [.. mels.Select(WholeSteps)], InputValuesPerStep, () => model.Engine.NewCache(ModelParts.Encoder), runInStep, keep,
                cancellation);
            return;
        }

        // Padding changes how sums are rounded, which the second pass of close latents makes up for.
        bool padded = !Options.Compatibility.PaddingTakesPart;
        _batches.RunWindows(mels, [.. mels.Select(StepsOf)], padded, InputValuesPerStep, runWindows, keep, cancellation);
    }

    private int StepsOf(ReadOnlyMemory<float> mel) => Options.StepsOf(mel.Length / Options.FrameValues);

    // A causal model has no time steps that are partly padding.
    private ReadOnlyMemory<float> WholeSteps(ReadOnlyMemory<float> mel)
    {
        int count = StepsOf(mel) * InputValuesPerStep;
        if (count == mel.Length) return mel;
        float[] whole = new float[count];
        mel.Span.CopyTo(whole);
        whole.AsSpan(mel.Length).Fill(Options.MinLevel);
        return whole;
    }
}
