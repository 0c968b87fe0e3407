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
    /// speech. The second pass covers the clip or window alone and its result is used, so tokens depend on nothing but the clip.
    /// </summary>
    public const double TooCloseToCall = 2e-5;

    private AudioBsqOptions Options => model.Options;

    private int FrameValuesPerStep => Options.PatchFrames * Options.Bands;

    /// <summary>Tokens of windows (frames, bands) in the unit of the mel column.</summary>
    public int[][] Encode(ReadOnlyMemory<float>[] windows)
    {
        using var scope = NewDisposeScope();
        using var noGradients = no_grad();
        var batch = MelBatch.Of(windows, Options, model.Device);
        var latents = model.Network.Encode(model.Network.Scale(batch.Mel), batch.ValidSteps);
        int[] all = model.Quantizer.TokensOf(latents);
        int[] TokensOf(int window) =>
            all.AsSpan(window * all.Length / windows.Length, Options.TokensOf(windows[window].Length / Options.Bands)).ToArray();

        int[][] tokens = [.. Enumerable.Range(0, windows.Length).Select(TokensOf)];
        if (windows.Length == 1) return tokens;

        bool[] close = CloseRows(latents, windows.Length);
        for (int i = 0; i < windows.Length; i++)
        {
            if (close[i]) tokens[i] = Encode([windows[i]])[0];
        }

        return tokens;
    }

    /// <summary>Tokens of the last <paramref name="steps"/> of the values, which follow the steps in the cache.</summary>
    /// <param name="values">Whole steps. Those before the last <paramref name="steps"/> are needed where a step is computed again.</param>
    /// <param name="steps">Steps that are not in the cache yet.</param>
    /// <param name="cache">The encoder's caches, to which the steps are added.</param>
    public int[] Encode(ReadOnlyMemory<float> values, int steps, CausalCache cache)
    {
        using var scope = NewDisposeScope();
        using var noGradients = no_grad();
        long next = cache.NextStep;
        var latents = Latents(values[^(steps * FrameValuesPerStep)..], cache);
        int[] tokens = model.Quantizer.TokensOf(latents);
        bool[] close = CloseRows(latents, steps);
        for (int i = 0; i < steps; i++)
        {
            if (!close[i]) continue;
            var upToStep = values[..^((steps - 1 - i) * FrameValuesPerStep)];
            EncodeLast(upToStep, next + i)?.CopyTo(tokens, i * Options.TokensPerStep);
        }

        return tokens;
    }

    /// <summary>
    /// Mel frames, in the unit of the mel column, of windows of tokens of equal
    /// length, or of one window that follows the steps in the cache.
    /// </summary>
    public float[][] Decode(ReadOnlyMemory<int>[] windows, CausalCache? cache = null)
    {
        using var scope = NewDisposeScope();
        using var noGradients = no_grad();
        long[] all = [.. windows.SelectMany(window => window.ToArray()).Select(token => (long)token)];
        long positions = all.Length / windows.Length / Options.TokensPerPosition;
        var tokens = tensor(all, [windows.Length, positions, Options.TokensPerPosition]).to(model.Device);
        var mel = model.Network.Decode(model.Quantizer.ToCodes(tokens), valid: null, cache);
        float[] levels = model.Network.Unscale(mel, clamp: true).cpu().contiguous().data<float>().ToArray();
        return [.. levels.Chunk(levels.Length / windows.Length)];
    }

    // Tokens of the last step, computed from all steps that it depends on. Null if the values lack some of these, as while a restored
    // stream fills its caches; its tokens are known then.
    private int[]? EncodeLast(ReadOnlyMemory<float> values, long step)
    {
        int before = (int)Math.Min(step, Options.ReachOf(Options.Encoder)), needed = (before + 1) * FrameValuesPerStep;
        if (values.Length < needed) return null;
        using var scope = NewDisposeScope();
        using var cache = new CausalCache(Options.Encoder, Options, step - before);
        var latents = Latents(values[^needed..], cache);
        return model.Quantizer.TokensOf(latents.narrow(1, (long)before * Options.PatchesPerStep, Options.PatchesPerStep));
    }

    private Tensor Latents(ReadOnlyMemory<float> values, CausalCache cache)
    {
        var x = tensor(values.ToArray(), [1, values.Length / Options.Bands, Options.Bands]).to(model.Device);
        return model.Network.Encode(model.Network.Scale(x), valid: null, cache);
    }

    private bool[] CloseRows(Tensor latents, int rows) =>
        (model.Quantizer.Margin(latents) < Scalar(TooCloseToCall)).reshape(rows, -1).any(1).cpu().data<bool>().ToArray();
}
