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

    private int InputValuesPerStep => Options.PatchFrames * Options.FrameValues;

    private int FrameValuesPerStep => Options.PatchFrames * Options.Bands;

    private int LatentsPerStep => Options.PatchesPerStep * Options.Quantizer.Dimension;

    /// <summary>Tokens and latents of windows (frames, bands) in the unit of the mel column.</summary>
    public Encoded[] Encode(ReadOnlyMemory<float>[] windows)
    {
        using var scope = NewDisposeScope();
        using var noGradients = no_grad();
        var latents = Latents(windows, cache: null);
        var encoded = Cut(latents, windows);
        if (windows.Length == 1) return encoded;

        foreach (int window in CloseRows(latents, windows.Length)) encoded[window] = Encode([windows[window]])[0];
        return encoded;
    }

    /// <summary>
    /// Tokens and latents of the next steps of clips, from <paramref name="start"/> on, in a causal model. The clips are in descending
    /// order of length, and those that have ended are left out.
    /// </summary>
    /// <param name="clips">Whole clips (frames, bands) in the unit of the mel column.</param>
    /// <param name="start">The first step.</param>
    /// <param name="parts">The values of the clips that are encoded.</param>
    /// <param name="cache">The caches of all clips, to which the steps are added.</param>
    public Encoded[] Encode(ReadOnlyMemory<float>[] clips, long start, ReadOnlyMemory<float>[] parts, CausalCache cache)
    {
        using var scope = NewDisposeScope();
        using var noGradients = no_grad();
        var latents = Latents(parts, cache);
        var encoded = Cut(latents, parts);
        int steps = (int)(latents.shape[1] / Options.PatchesPerStep), perStep = Options.TokensPerStep;
        foreach (int row in CloseRows(latents, parts.Length * steps))
        {
            (int clip, int step) = Math.DivRem(row, steps);
            if (step * perStep >= encoded[clip].Tokens.Length) continue;
            var alone = EncodeStep(clips[clip], start + step);
            alone.Tokens.CopyTo(encoded[clip].Tokens, step * perStep);
            alone.Latents.CopyTo(encoded[clip].Latents, step * alone.Latents.Length);
        }

        return encoded;
    }

    /// <summary>
    /// Tokens and latents of the values of whole steps, which follow the steps in the cache. How many steps run at once does not change a
    /// bit of them.
    /// </summary>
    public Encoded EncodeSteps(ReadOnlyMemory<float> values, CausalCache cache)
    {
        using var scope = NewDisposeScope();
        using var noGradients = no_grad();
        using var rowByRow = RowLinear.Use();
        return Cut(Latents([values], cache), [values])[0];
    }

    /// <summary>
    /// Features (positions, width) after a block of the encoder, of windows or of steps that follow those in the cache; of the padding of
    /// shorter windows too.
    /// </summary>
    public float[][] Features(ReadOnlyMemory<float>[] windows, int layer, CausalCache? cache = null)
    {
        using var scope = NewDisposeScope();
        using var noGradients = no_grad();
        var batch = MelBatch.Of(windows, Options, model.Device);
        var features = model.Network.Features(model.Network.Scale(batch.Mel), cache is null ? batch.ValidSteps : null, cache, layer);
        return [.. features.split(1).Select(clip => clip.ToValues<float>())];
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

    // One step, computed from all steps that it depends on.
    private Encoded EncodeStep(ReadOnlyMemory<float> clip, long step)
    {
        long first = Math.Max(0, step - Options.ReachOf(Options.Encoder));
        using var cache = new CausalCache(Options.Encoder, Options, first);
        var values = clip[(int)(first * InputValuesPerStep)..(int)Math.Min(clip.Length, (step + 1) * InputValuesPerStep)];
        var steps = EncodeSteps(values, cache);
        return new Encoded(steps.Tokens[^Options.TokensPerStep..], steps.Latents[^LatentsPerStep..]);
    }

    private Tensor Latents(ReadOnlyMemory<float>[] windows, CausalCache? cache)
    {
        using var scope = NewDisposeScope();
        var batch = MelBatch.Of(windows, Options, model.Device);
        var valid = cache is null ? batch.ValidSteps : null;
        return model.Network.Encode(model.Network.Scale(batch.Mel), valid, cache).MoveToOuterDisposeScope();
    }

    // What belongs to each window, without its padding.
    private Encoded[] Cut(Tensor latents, ReadOnlyMemory<float>[] windows)
    {
        (int[] tokens, float[] values) = (model.Quantizer.TokensOf(latents), latents.ToValues<float>());
        return [.. windows.Select((window, i) => new Encoded(Of(i, tokens, Options.TokensPerStep), Of(i, values, LatentsPerStep)))];

        T[] Of<T>(int window, T[] all, int perStep) => all.AsSpan(
            window * (all.Length / windows.Length), Options.StepsOf(windows[window].Length / Options.FrameValues) * perStep).ToArray();
    }

    private IEnumerable<int> CloseRows(Tensor latents, int rows)
    {
        using var scope = NewDisposeScope();
        bool[] close = (model.Quantizer.Margin(latents) < Scalar(TooCloseToCall)).reshape(rows, -1).any(1).ToValues<bool>();
        return Enumerable.Range(0, rows).Where(row => close[row]);
    }
}
