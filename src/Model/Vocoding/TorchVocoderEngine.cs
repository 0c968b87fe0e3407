using AudioBsq.Native;
using AudioBsq.Signal;
using TorchSharp;
using static TorchSharp.torch;

namespace AudioBsq.Vocoding;

/// <summary>A vocoder's network on torch, which it owns.</summary>
internal sealed class TorchVocoderEngine(VocoderNetwork network, VocoderOptions options, MelOptions mel, Device device) : IVocoderEngine
{
    // On one thread, windows of 256 to 512 frames took the least time for a frame; a GPU needs larger ones.
    private const int FramesAtOnceOnCpu = 384, FramesAtOnceOnGpu = 8 * 1024;

    /// <inheritdoc/>
    public int FramesAtOnce => device.type == DeviceType.CPU ? FramesAtOnceOnCpu : FramesAtOnceOnGpu;

    /// <inheritdoc/>
    public int MaxConcurrency => TorchDevice.MaxConcurrencyOf(device);

    /// <inheritdoc/>
    public SpectrumRows Predict(VocoderFrames clip)
    {
        using var scope = NewDisposeScope();
        using var noGradients = no_grad();
        var (levels, magnitude) = Tensors(clip);
        return Rows(network.Predict(levels, magnitude));
    }

    /// <inheritdoc/>
    public IVocoderCache NewCache() => new VocoderCache(options, mel);

    /// <inheritdoc/>
    public SpectrumRows Continue(VocoderFrames frames, IVocoderCache cache, bool last)
    {
        using var scope = NewDisposeScope();
        using var noGradients = no_grad();
        var (levels, magnitude) = Tensors(frames);
        return network.Continue(levels, magnitude, (VocoderCache)cache, last) is { } spectrum ? Rows(spectrum) : SpectrumRows.Empty;
    }

    public void Dispose() => network.Dispose();

    private (Tensor Levels, Tensor LogMagnitude) Tensors(VocoderFrames frames) => (
        tensor(frames.Levels, [1, frames.Count, mel.Bands]).to(device),
        tensor(frames.LogMagnitude, [1, frames.Count, mel.FftLength / 2 + 1]).to(device));

    private static SpectrumRows Rows(VocoderSpectrum spectrum) => SpectrumRows.Of(
        spectrum.LogMagnitude.transpose(1, 2).ToValues<float>(), spectrum.Cosine.transpose(1, 2).ToValues<float>(),
        spectrum.Sine.transpose(1, 2).ToValues<float>());
}
