using AudioBsq.Signal;
using static TorchSharp.torch;

namespace AudioBsq.Vocoding;

/// <summary>Spectra → waveform by overlap-add with the Hann window of the analysis (Griffin and Lim 1984, equation 6).</summary>
internal sealed class InverseStft : IDisposable
{
    private readonly MelOptions _mel;
    private readonly Tensor _window;

    public InverseStft(MelOptions mel, Device device) =>
        (_mel, _window) = (mel, hann_window(mel.FftLength, device: device).DetachFromDisposeScope());

    /// <summary>Number of frames on each side that the sound at a frame's centre depends on.</summary>
    public static int Reach(MelOptions mel) => mel.FftLength / 2 / mel.HopLength + 1;

    /// <summary>
    /// Spectrum (batch, bins, frames) → (batch, samples), from the centre of the first frame on: 1 to frames · hop − 1 samples.
    /// </summary>
    public Tensor Apply(Tensor spectrum, long samples) =>
        istft(spectrum, _mel.FftLength, _mel.HopLength, _mel.FftLength, _window, center: true, onesided: true, length: samples);

    public void Dispose() => _window.Dispose();
}
