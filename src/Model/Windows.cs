using AudioBsq.Networks;
using AudioBsq.Streaming;
using AudioBsq.Training;
using static AudioBsq.Native.Numbers;
using static TorchSharp.torch;

namespace AudioBsq;

/// <summary>
/// Runs a model over clips of any length. A causal model goes through each clip from its beginning to its end. For any other a clip is cut into
/// windows, of which several run together, and the results are put back in place.
/// </summary>
internal sealed class Windows(AudioBsqModel model)
{
    /// <summary>
    /// Matrix products of another size may round differently, as a rule by about 1e-7 of a latent. Where a latent is so near to a threshold that this could
    /// change its code, it is computed again by itself, and that result counts: so tokens depend on the clip alone.
    /// </summary>
    private const double TooCloseToCall = 2e-5;

    // Of 256 to 16,384 frames at once, 4,096 was the fastest for the Tiny model on two cores (1.3 times as fast as 256) and made no
    // difference to Small. A GPU wants more work at a time.
    private const int FramesAtOnceOnCpu = 4096, FramesAtOnceOnGpu = 32 * 1024;

    // Of the longest window: what is shorter would be padding for the most part.
    private const double ShortestBesideIt = 0.75;

    private AudioBsqOptions Options => model.Options;

    private int NumbersPerStep => Options.PatchFrames * Options.Bands;

    private int FramesAtOnce => model.Device.type == TorchSharp.DeviceType.CPU ? FramesAtOnceOnCpu : FramesAtOnceOnGpu;

    public int[][] Encode(IReadOnlyList<ReadOnlyMemory<float>> mels, CancellationToken cancellation)
    {
        foreach (var mel in mels) Check.That(mel.Length % Options.Bands == 0, mel.Length, $"must be a multiple of {Options.Bands} bands", nameof(mels));
        if (Options.IsCausal) return InTurn(mels, EncoderStream.Of(model), Options.WindowFrames * Options.Bands, cancellation);
        int[][] tokens = [.. mels.Select(mel => new int[Options.TokensOf(mel.Length / Options.Bands)])];
        foreach (var batch in Batches([.. mels.Select(mel => Options.StepsOf(mel.Length / Options.Bands))], padded: !Options.Compatibility.PaddingTakesPart))
        {
            cancellation.ThrowIfCancellationRequested();
            int[][] found = EncodeWindows(Array.ConvertAll(batch, window => window.Seen(mels[window.Clip], NumbersPerStep)));
            for (int i = 0; i < batch.Length; i++) batch[i].Keep(found[i], tokens[batch[i].Clip], Options.TokensPerStep);
        }

        return tokens;
    }

    public float[][] Decode(IReadOnlyList<ReadOnlyMemory<int>> tokens, CancellationToken cancellation)
    {
        foreach (var clip in tokens) CheckTokens(clip.Span);
        if (Options.IsCausal) return InTurn(tokens, DecoderStream.Of(model), Options.WindowSteps * Options.TokensPerStep, cancellation);
        float[][] mels = [.. tokens.Select(clip => new float[clip.Length / Options.TokensPerStep * NumbersPerStep])];
        foreach (var batch in Batches([.. tokens.Select(clip => clip.Length / Options.TokensPerStep)], padded: false))
        {
            cancellation.ThrowIfCancellationRequested();
            float[][] drawn = DecodeWindows(Array.ConvertAll(batch, window => window.Seen(tokens[window.Clip], Options.TokensPerStep)));
            for (int i = 0; i < batch.Length; i++) batch[i].Keep(drawn[i], mels[batch[i].Clip], NumbersPerStep);
        }

        return mels;
    }

    /// <summary>Tokens of one window.</summary>
    public int[] EncodeWindow(ReadOnlyMemory<float> mel) => EncodeWindows([mel])[0];

    /// <summary>The mel of one window of tokens, or of those that follow <paramref name="past"/>.</summary>
    public float[] DecodeWindow(ReadOnlyMemory<int> tokens, Past? past = null) => DecodeWindows([tokens], past)[0];

    /// <exception cref="ArgumentException">The tokens do not fill whole time steps, or one is out of range.</exception>
    public void CheckTokens(ReadOnlySpan<int> tokens)
    {
        Check.That(tokens.Length % Options.TokensPerStep == 0, tokens.Length, $"must be a multiple of the {Options.TokensPerStep} tokens of one time step", nameof(tokens));
        int limit = Options.BitsPerToken;
        foreach (int token in tokens) Check.That(token >= 0 && token >> limit == 0, token, $"must be from 0 to 2^{limit} − 1", nameof(tokens));
    }

    private static TOut[][] InTurn<TIn, TOut>(IReadOnlyList<ReadOnlyMemory<TIn>> clips, StepStream<TIn, TOut> stream, int piece, CancellationToken cancellation) where TIn : unmanaged
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

    private int[][] EncodeWindows(ReadOnlyMemory<float>[] windows)
    {
        using var scope = NewDisposeScope();
        using var noGradients = no_grad();
        var batch = MelBatch.Of(windows, Options, model.Device);
        var z = model.Network.Encode(model.Network.Scale(batch.Mel), batch.ValidSteps);
        int[] all = model.Network.Quantizer.TokensOf(z);
        int[][] result = [.. windows.Select((window, i) => all.AsSpan(i * all.Length / windows.Length, Options.TokensOf(window.Length / Options.Bands)).ToArray())];
        if (windows.Length == 1) return result;

        bool[] close = (model.Network.Quantizer.Margin(z) < Number(TooCloseToCall)).flatten(1).any(1).cpu().data<bool>().ToArray();
        for (int i = 0; i < windows.Length; i++)
        {
            if (close[i]) result[i] = EncodeWindow(windows[i]);
        }

        return result;
    }

    private float[][] DecodeWindows(ReadOnlyMemory<int>[] windows, Past? past = null)
    {
        using var scope = NewDisposeScope();
        using var noGradients = no_grad();
        long[] numbers = [.. windows.SelectMany(window => window.ToArray()).Select(token => (long)token)];
        var tokens = tensor(numbers, [windows.Length, numbers.Length / windows.Length / Options.TokensPerPosition, Options.TokensPerPosition]).to(model.Device);
        var drawn = model.Network.Decode(model.Network.Quantizer.ToCodes(tokens), valid: null, past);
        float[] all = model.Network.Unscale(drawn, clamp: true).cpu().contiguous().data<float>().ToArray();
        return [.. all.Chunk(all.Length / windows.Length)];
    }

    // As many windows as may run at once, of one length, or of about one where they are padded. Padding rounds otherwise, which tokens are secured
    // against and levels are not.
    private IEnumerable<Window[]> Batches(int[] stepsOfClips, bool padded)
    {
        var windows = new Queue<Window>(stepsOfClips.SelectMany((steps, clip) => Window.Of(clip, steps, Options)).OrderByDescending(window => window.Count));
        while (windows.TryPeek(out var longest))
        {
            int most = Math.Max(1, FramesAtOnce / (longest.Count * Options.PatchFrames));
            double least = longest.Count * (padded ? ShortestBesideIt : 1);
            var batch = new List<Window>();
            while (batch.Count < most && windows.TryPeek(out var window) && window.Count >= least) batch.Add(windows.Dequeue());
            yield return [.. batch];
        }
    }

    /// <summary>A part of a clip, in time steps.</summary>
    /// <param name="Clip">Number of the clip.</param>
    /// <param name="First">The first step that is seen.</param>
    /// <param name="Count">Steps that are seen.</param>
    /// <param name="KeptFirst">The first step whose results are kept.</param>
    /// <param name="KeptCount">Steps whose results are kept.</param>
    private readonly record struct Window(int Clip, int First, int Count, int KeptFirst, int KeptCount)
    {
        public static IEnumerable<Window> Of(int clip, int steps, AudioBsqOptions options)
        {
            int context = options.ContextSteps, kept = options.KeptSteps;
            for (int start = 0; start < steps; start += kept)
            {
                int end = Math.Min(steps, start + kept), first = Math.Max(0, start - context);
                yield return new Window(clip, first, Math.Min(steps, end + context) - first, start, end - start);
            }
        }

        public ReadOnlyMemory<T> Seen<T>(ReadOnlyMemory<T> clip, int perStep) => clip[(First * perStep)..Math.Min(clip.Length, (First + Count) * perStep)];

        public void Keep<T>(T[] seen, T[] clip, int perStep) => seen.AsSpan((KeptFirst - First) * perStep, KeptCount * perStep).CopyTo(clip.AsSpan(KeptFirst * perStep));
    }
}
