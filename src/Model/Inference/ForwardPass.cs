using AudioBsq.Networks;
using AudioBsq.Persistence;
using AudioBsq.Quantization;

namespace AudioBsq.Inference;

/// <summary>One pass of a model's encoder or decoder, over windows or over the steps that follow those in a cache.</summary>
internal sealed class ForwardPass(ModelContent model)
{
    /// <summary>
    /// The distance to a quantizer's threshold below which a latent is computed again. Matrix products of different sizes are rounded
    /// differently: how many steps or windows run at once changes a latent by about 1e-7, and in pauses, rarely, by more than this
    /// distance (docs/streaming.md has the figures). The second pass covers the window alone, or the step as a stream would compute it,
    /// and its result is used: so tokens depend on the clip alone.
    /// </summary>
    public const double TooCloseToCall = 2e-5;

    private readonly LatentCodes _codes = new(model.Options.Quantizer, model.Options.Compatibility);

    private AudioBsqOptions Options => model.Options;

    private int InputValuesPerStep => Options.PatchFrames * Options.FrameValues;

    private int FrameValuesPerStep => Options.PatchFrames * Options.Bands;

    private int LatentsPerStep => Options.PatchesPerStep * Options.Quantizer.Dimension;

    /// <summary>Tokens and latents of windows (frames, bands) in the unit of the mel column.</summary>
    public Encoded[] Encode(ReadOnlyMemory<float>[] windows)
    {
        float[] latents = model.Engine.Encode(windows, cache: null);
        var encoded = Cut(latents, windows);
        if (windows.Length == 1) return encoded;

        foreach (int window in _codes.CloseRows(latents, windows.Length, TooCloseToCall)) encoded[window] = Encode([windows[window]])[0];
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
    public Encoded[] Encode(ReadOnlyMemory<float>[] clips, long start, ReadOnlyMemory<float>[] parts, StepCache cache)
    {
        float[] latents = model.Engine.Encode(parts, cache);
        var encoded = Cut(latents, parts);
        int steps = latents.Length / LatentsPerStep / parts.Length, perStep = Options.TokensPerStep;
        foreach (int row in _codes.CloseRows(latents, parts.Length * steps, TooCloseToCall))
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
    public Encoded EncodeSteps(ReadOnlyMemory<float> values, StepCache cache) =>
        Cut(model.Engine.EncodeStepByStep(values, cache), [values])[0];

    /// <summary>
    /// Features (positions, width) after a block of the encoder, of windows or of steps that follow those in the cache; of the padding of
    /// shorter windows too.
    /// </summary>
    public float[][] Features(ReadOnlyMemory<float>[] windows, int layer, StepCache? cache = null)
    {
        float[] features = model.Engine.Features(windows, layer, cache);
        return [.. features.Chunk(features.Length / windows.Length)];
    }

    /// <summary>
    /// Mel frames, in the unit of the mel column, of windows of tokens of equal
    /// length, or of windows that follow the steps in the cache, which may be shorter than the first.
    /// </summary>
    public float[][] Decode(ReadOnlyMemory<int>[] windows, StepCache? cache = null)
    {
        float[] levels = model.Engine.Decode(windows, cache);
        int clip = levels.Length / windows.Length;
        return [.. windows.Select((window, i) =>
            levels.AsSpan(i * clip, FrameValuesPerStep * (window.Length / Options.TokensPerStep)).ToArray())];
    }

    // One step, computed from all steps that it depends on.
    private Encoded EncodeStep(ReadOnlyMemory<float> clip, long step)
    {
        long first = Math.Max(0, step - Options.ReachOf(Options.Encoder));
        using var cache = model.Engine.NewCache(ModelParts.Encoder, first);
        var values = clip[(int)(first * InputValuesPerStep)..(int)Math.Min(clip.Length, (step + 1) * InputValuesPerStep)];
        var steps = EncodeSteps(values, cache);
        return new Encoded(steps.Tokens[^Options.TokensPerStep..], steps.Latents[^LatentsPerStep..]);
    }

    // What belongs to each window, without its padding.
    private Encoded[] Cut(float[] latents, ReadOnlyMemory<float>[] windows)
    {
        int[] tokens = _codes.TokensOf(latents);
        return [.. windows.Select((window, i) => new Encoded(Of(i, tokens, Options.TokensPerStep), Of(i, latents, LatentsPerStep)))];

        T[] Of<T>(int window, T[] all, int perStep) => all.AsSpan(
            window * (all.Length / windows.Length), Options.StepsOf(windows[window].Length / Options.FrameValues) * perStep).ToArray();
    }
}
