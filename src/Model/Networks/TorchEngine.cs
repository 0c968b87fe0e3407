using AudioBsq.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace AudioBsq.Networks;

/// <summary>A network on torch, which it does not own.</summary>
internal sealed class TorchEngine(AudioBsqNetwork network, Device device) : IInferenceEngine
{
    // Measured with 256 to 16,384 frames at once on two cores: 4,096 was the fastest for Tiny (1.3 times as fast as 256), and Small did not
    // depend on it. A GPU needs larger batches.
    private const int FramesAtOnceOnCpu = 4096, FramesAtOnceOnGpu = 32 * 1024;

    /// <inheritdoc/>
    public int FramesAtOnce => device.type == DeviceType.CPU ? FramesAtOnceOnCpu : FramesAtOnceOnGpu;

    /// <inheritdoc/>
    public int MaxConcurrency => TorchDevice.MaxConcurrencyOf(device);

    private AudioBsqOptions Options => network.Options;

    /// <inheritdoc/>
    public StepCache NewCache(ModelParts half, long firstStep = 0) =>
        new CausalCache(Options.BlocksOf(half), Options, firstStep);

    /// <inheritdoc/>
    public float[] Encode(IReadOnlyList<ReadOnlyMemory<float>> clips, StepCache? cache)
    {
        using var scope = NewDisposeScope();
        using var noGradients = no_grad();
        var batch = MelBatch.Of(clips, Options, device);
        return network.Encode(network.Scale(batch.Mel), cache is null ? batch.ValidSteps : null, (CausalCache?)cache).ToValues<float>();
    }

    /// <inheritdoc/>
    public float[] EncodeStepByStep(ReadOnlyMemory<float> steps, StepCache cache)
    {
        using var rowByRow = RowLinear.Use();
        return Encode([steps], cache);
    }

    /// <inheritdoc/>
    public float[] Features(IReadOnlyList<ReadOnlyMemory<float>> clips, int layer, StepCache? cache)
    {
        using var scope = NewDisposeScope();
        using var noGradients = no_grad();
        var batch = MelBatch.Of(clips, Options, device);
        var valid = cache is null ? batch.ValidSteps : null;
        return network.Features(network.Scale(batch.Mel), valid, (CausalCache?)cache, layer).ToValues<float>();
    }

    /// <inheritdoc/>
    public float[] Decode(IReadOnlyList<ReadOnlyMemory<int>> clips, StepCache? cache)
    {
        using var scope = NewDisposeScope();
        using var noGradients = no_grad();
        int length = clips[0].Length, perPosition = Options.TokensPerPosition;
        var tokens = zeros([clips.Count, length / perPosition, perPosition], ScalarType.Int32);
        for (int i = 0; i < clips.Count; i++) clips[i].Span.CopyTo(tokens.Values<int>()[(i * length)..]);
        var mel = network.Decode(network.Quantizer.ToCodes(tokens.to(device)), valid: null, (CausalCache?)cache);
        return network.Unscale(mel, clamp: true).ToValues<float>();
    }

    public void Dispose()
    {
    }
}
