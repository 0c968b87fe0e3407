using AudioBsq.Training;
using static AudioBsq.Native.Numbers;
using static TorchSharp.torch;

namespace AudioBsq;

/// <summary>
/// Runs a model over clips of any length: cuts them into windows, runs windows of equal length together, and puts the results back in place.
/// No window is ever padded to a neighbour's length, so nothing of a neighbour reaches it.
/// </summary>
internal sealed class Windows(AudioBsqModel model)
{
    // Matrix products of another batch size may round differently, by about 1e-7 of a latent. Where a latent is so near to a threshold that
    // this could change its code, the window is run again by itself, and that result counts: so tokens do not depend on the batch.
    private const double TooCloseToCall = 2e-5;

    // Of 256 to 16,384 frames at once, 4,096 was the fastest for the Tiny model on two cores (1.3 times as fast as 256) and made no
    // difference to Small. A GPU wants more work at a time.
    private const int FramesAtOnceOnCpu = 4096, FramesAtOnceOnGpu = 32 * 1024;

    private AudioBsqOptions Options => model.Options;

    private int FramesAtOnce => model.Device.type == TorchSharp.DeviceType.CPU ? FramesAtOnceOnCpu : FramesAtOnceOnGpu;

    public int[][] Encode(IReadOnlyList<ReadOnlyMemory<float>> mels, CancellationToken cancellation)
    {
        int bands = Options.Bands;
        foreach (var mel in mels) Check.That(mel.Length % bands == 0, mel.Length, $"must be a multiple of {bands} bands", nameof(mels));
        int[][] tokens = [.. mels.Select(mel => new int[Options.TokensOf(mel.Length / bands)])];
        int tokensPerStep = Options.PatchesPerStep * Options.TokensPerPosition;
        foreach (var batch in Batches([.. mels.Select(mel => Options.StepsOf(mel.Length / bands))]))
        {
            cancellation.ThrowIfCancellationRequested();
            var windows = Array.ConvertAll(batch, window => Slice(mels[window.Clip], window, Options.PatchFrames * bands));
            int[][] found = EncodeWindows(windows);
            for (int i = 0; i < batch.Length; i++) found[i].CopyTo(tokens[batch[i].Clip], batch[i].Step * tokensPerStep);
        }

        return tokens;
    }

    public float[][] Decode(IReadOnlyList<ReadOnlyMemory<int>> tokens, CancellationToken cancellation)
    {
        int tokensPerStep = Options.PatchesPerStep * Options.TokensPerPosition, numbersPerStep = Options.PatchFrames * Options.Bands;
        foreach (var clip in tokens) CheckTokens(clip.Span, tokensPerStep);
        float[][] mels = [.. tokens.Select(clip => new float[clip.Length / tokensPerStep * numbersPerStep])];
        foreach (var batch in Batches([.. tokens.Select(clip => clip.Length / tokensPerStep)]))
        {
            cancellation.ThrowIfCancellationRequested();
            var windows = Array.ConvertAll(batch, window => Slice(tokens[window.Clip], window, tokensPerStep));
            float[] drawn = DecodeWindows(windows, batch[0].Steps);
            int size = batch[0].Steps * numbersPerStep;
            for (int i = 0; i < batch.Length; i++) drawn.AsSpan(i * size, size).CopyTo(mels[batch[i].Clip].AsSpan(batch[i].Step * numbersPerStep));
        }

        return mels;
    }

    private int[][] EncodeWindows(ReadOnlyMemory<float>[] windows)
    {
        using var scope = NewDisposeScope();
        using var noGradients = no_grad();
        var batch = MelBatch.Of(windows, Options, model.Device);
        var z = model.Network.Encode(model.Network.Scale(batch.Mel), valid: null);
        var tokens = model.Network.Quantizer.ToTokens(model.Network.Quantizer.Quantize(z)).flatten(1).to(int32).cpu(); // (batch, positions · tokens per position)
        int[] all = tokens.data<int>().ToArray();
        int perWindow = all.Length / windows.Length;
        int[][] result = [.. Enumerable.Range(0, windows.Length).Select(i => all.AsSpan(i * perWindow, perWindow).ToArray())];
        if (windows.Length == 1) return result;

        bool[] close = (model.Network.Quantizer.Margin(z) < Number(TooCloseToCall)).flatten(1).any(1).cpu().data<bool>().ToArray();
        for (int i = 0; i < windows.Length; i++)
        {
            if (close[i]) result[i] = EncodeWindows([windows[i]])[0];
        }

        return result;
    }

    private float[] DecodeWindows(ReadOnlyMemory<int>[] windows, int steps)
    {
        using var scope = NewDisposeScope();
        using var noGradients = no_grad();
        long[] numbers = [.. windows.SelectMany(window => window.ToArray()).Select(token => (long)token)];
        var tokens = tensor(numbers, [windows.Length, steps * Options.PatchesPerStep, Options.TokensPerPosition]).to(model.Device);
        var drawn = model.Network.Decode(model.Network.Quantizer.ToCodes(tokens), valid: null);
        return model.Network.Unscale(drawn, clamp: true).cpu().contiguous().data<float>().ToArray();
    }

    private void CheckTokens(ReadOnlySpan<int> tokens, int tokensPerStep)
    {
        Check.That(tokens.Length % tokensPerStep == 0, tokens.Length, $"must be a multiple of the {tokensPerStep} tokens of one time step", nameof(tokens));
        int limit = Options.BitsPerToken;
        foreach (int token in tokens) Check.That(token >= 0 && token >> limit == 0, token, $"must be from 0 to 2^{limit} − 1", nameof(tokens));
    }

    // Windows of one length, in order, as many as may run at once.
    private IEnumerable<Window[]> Batches(int[] stepsOfClips)
    {
        int full = Options.WindowFrames / Options.PatchFrames;
        var windows = stepsOfClips.SelectMany((steps, clip) => Enumerable.Range(0, (steps + full - 1) / full)
            .Select(i => new Window(clip, i * full, Math.Min(full, steps - i * full))));
        return windows.GroupBy(window => window.Steps)
            .SelectMany(group => group.Chunk(Math.Max(1, FramesAtOnce / (group.Key * Options.PatchFrames))));
    }

    private static ReadOnlyMemory<T> Slice<T>(ReadOnlyMemory<T> clip, Window window, int perStep) =>
        clip[(window.Step * perStep)..Math.Min(clip.Length, (window.Step + window.Steps) * perStep)];

    private readonly record struct Window(int Clip, int Step, int Steps);
}
