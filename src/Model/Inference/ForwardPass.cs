using AudioBsq.Native;
using AudioBsq.Networks;
using AudioBsq.Persistence;
using static AudioBsq.Native.Scalars;
using static TorchSharp.torch;

namespace AudioBsq.Inference;

/// <summary>One pass of a network's encoder or decoder, over windows or over the steps that follow those in a cache.</summary>
internal sealed class ForwardPass(ModelContent model)
{
    /// <summary>
    /// The distance to a quantizer's threshold below which a latent is computed again. Torch rounds matrix products of different sizes
    /// differently: how many steps or windows run at once changes a latent by about 1e-7, and by up to 1.3e-5 among 100,000 latents of
    /// speech. The second pass covers the window alone, or the step as a stream would compute it, and its result is used: so tokens depend
    /// on nothing but the clip.
    /// </summary>
    public const double TooCloseToCall = 2e-5;

    private AudioBsqOptions Options => model.Options;

    private int FrameValuesPerStep => Options.PatchFrames * Options.Bands;

    /// <summary>Tokens of windows (frames, bands) in the unit of the mel column.</summary>
    public int[][] Encode(ReadOnlyMemory<float>[] windows)
    {
        using var scope = NewDisposeScope();
        using var noGradients = no_grad();
        var latents = Latents(windows, cache: null);
        int[][] tokens = TokensOf(latents, windows);
        if (windows.Length == 1) return tokens;

        foreach (int window in CloseRows(latents, windows.Length)) tokens[window] = Encode([windows[window]])[0];
        return tokens;
    }

    /// <summary>
    /// Tokens of the next steps of clips, from <paramref name="start"/> on, in a causal model. The clips are in descending order of length,
    /// and those that have ended are left out.
    /// </summary>
    /// <param name="clips">Whole clips (frames, bands) in the unit of the mel column.</param>
    /// <param name="start">The first step.</param>
    /// <param name="parts">The values of the clips that are encoded.</param>
    /// <param name="cache">The caches of all clips, to which the steps are added.</param>
    public int[][] Encode(ReadOnlyMemory<float>[] clips, long start, ReadOnlyMemory<float>[] parts, CausalCache cache)
    {
        using var scope = NewDisposeScope();
        using var noGradients = no_grad();
        var latents = Latents(parts, cache);
        int[][] tokens = TokensOf(latents, parts);
        int steps = (int)(latents.shape[1] / Options.PatchesPerStep), perStep = Options.TokensPerStep;
        foreach (int row in CloseRows(latents, parts.Length * steps))
        {
            (int clip, int step) = Math.DivRem(row, steps);
            if (step * perStep < tokens[clip].Length) EncodeStep(clips[clip], start + step).CopyTo(tokens[clip], step * perStep);
        }

        return tokens;
    }

    /// <summary>
    /// Tokens of the values of whole steps, which follow the steps in the cache. How many steps run at once does not change a bit of them.
    /// </summary>
    public int[] EncodeSteps(ReadOnlyMemory<float> values, CausalCache cache)
    {
        using var scope = NewDisposeScope();
        using var noGradients = no_grad();
        using var rowByRow = RowLinear.Use();
        return model.Quantizer.TokensOf(Latents([values], cache));
    }

    /// <summary>
    /// Mel frames, in the unit of the mel column, of windows of tokens of equal
    /// length, or of windows that follow the steps in the cache, which may be shorter than the first.
    /// </summary>
    public float[][] Decode(ReadOnlyMemory<int>[] windows, CausalCache? cache = null)
    {
        using var scope = NewDisposeScope();
        using var noGradients = no_grad();
        int length = windows[0].Length;
        var tokens = zeros([windows.Length, length / Options.TokensPerPosition, Options.TokensPerPosition], ScalarType.Int32);
        for (int i = 0; i < windows.Length; i++) windows[i].Span.CopyTo(tokens.Values<int>()[(i * length)..]);
        var mel = model.Network.Decode(model.Quantizer.ToCodes(tokens.to(model.Device)), valid: null, cache);
        var levels = model.Network.Unscale(mel, clamp: true).cpu().contiguous();
        int clip = FrameValuesPerStep * (length / Options.TokensPerStep);
        float[] LevelsOf(int window) =>
            levels.Values<float>().Slice(window * clip, FrameValuesPerStep * (windows[window].Length / Options.TokensPerStep)).ToArray();

        return [.. Enumerable.Range(0, windows.Length).Select(LevelsOf)];
    }

    // Tokens of one step, computed from all steps that it depends on.
    private int[] EncodeStep(ReadOnlyMemory<float> clip, long step)
    {
        long first = Math.Max(0, step - Options.ReachOf(Options.Encoder));
        using var cache = new CausalCache(Options.Encoder, Options, first);
        var values = clip[(int)(first * FrameValuesPerStep)..(int)Math.Min(clip.Length, (step + 1) * FrameValuesPerStep)];
        return EncodeSteps(values, cache)[^Options.TokensPerStep..];
    }

    private Tensor Latents(ReadOnlyMemory<float>[] windows, CausalCache? cache)
    {
        using var scope = NewDisposeScope();
        var batch = MelBatch.Of(windows, Options, model.Device);
        var valid = cache is null ? batch.ValidSteps : null;
        return model.Network.Encode(model.Network.Scale(batch.Mel), valid, cache).MoveToOuterDisposeScope();
    }

    private int[][] TokensOf(Tensor latents, ReadOnlyMemory<float>[] windows)
    {
        int[] all = model.Quantizer.TokensOf(latents);
        int[] Of(int window) =>
            all.AsSpan(window * all.Length / windows.Length, Options.TokensOf(windows[window].Length / Options.Bands)).ToArray();

        return [.. Enumerable.Range(0, windows.Length).Select(Of)];
    }

    private IEnumerable<int> CloseRows(Tensor latents, int rows)
    {
        using var scope = NewDisposeScope();
        bool[] close = (model.Quantizer.Margin(latents) < Scalar(TooCloseToCall)).reshape(rows, -1).any(1).ToValues<bool>();
        return Enumerable.Range(0, rows).Where(row => close[row]);
    }
}
