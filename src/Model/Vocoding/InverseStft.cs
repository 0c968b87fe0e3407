using AudioBsq.Signal;
using static TorchSharp.torch;

namespace AudioBsq.Vocoding;

/// <summary><see cref="OverlapAdd"/> with gradients, for training.</summary>
internal sealed class InverseStft : IDisposable
{
    private readonly MelOptions _mel;
    private readonly Tensor _window;

    public InverseStft(MelOptions mel, Device device) =>
        (_mel, _window) = (mel, hann_window(mel.FftLength, device: device).DetachFromDisposeScope());

    /// <summary>
    /// Spectrum (batch, bins, frames) → (batch, samples), from the centre of the first frame on: 1 to frames · hop − 1 samples.
    /// </summary>
    public Tensor Apply(Tensor spectrum, long samples) =>
        istft(spectrum, _mel.FftLength, _mel.HopLength, _mel.FftLength, _window, center: true, onesided: true, length: samples);

    public void Dispose() => _window.Dispose();
}
