using TorchSharp;
using static AudioBsq.Native.Scalars;
using static TorchSharp.torch;

namespace AudioBsq.Vocoding;

/// <summary>One resolution of the multi-resolution STFT loss, with a centred Hann window.</summary>
internal sealed class StftResolution(int length, int hop, Device device) : IDisposable
{
    private static readonly Scalar Tiny = Scalar(1e-8);

    private readonly Tensor _window = hann_window(length, device: device).DetachFromDisposeScope();

    /// <summary>Three resolutions, from that of a mel spectrogram to windows a quarter as long.</summary>
    public static StftResolution[] Three(Signal.MelOptions mel, Device device) =>
    [
        new(mel.FftLength, mel.HopLength, device),
        new(mel.FftLength / 2, mel.FftLength / 8, device),
        new(mel.FftLength / 4, mel.FftLength / 16, device),
    ];

    /// <summary>The magnitude at −100 dB of a full-scale sine, to which smaller magnitudes are clamped.</summary>
    public Scalar MinMagnitude { get; } = Scalar(length / 4.0 * 1e-5);

    /// <summary>Its natural logarithm.</summary>
    public Scalar LogMinMagnitude { get; } = Scalar(Math.Log(length / 4.0 * 1e-5));

    /// <summary>(batch, samples) → (batch, bins, frames)</summary>
    public Tensor Spectrum(Tensor sound) =>
        stft(sound, length, hop, length, _window, center: true, pad_mode: PaddingModes.Reflect, onesided: true, return_complex: true);

    /// <summary>Spectral convergence and log magnitude loss (Yamamoto et al. 2020, equations 4 and 5) of two magnitudes.</summary>
    public Tensor Loss(Tensor magnitude, Tensor target)
    {
        using var scope = NewDisposeScope();
        var convergence = (magnitude - target).norm() / target.norm().Plus(Tiny);
        var logError = (magnitude.clamp_min(MinMagnitude).log() - target.clamp_min(MinMagnitude).log()).abs().mean();
        return convergence.Plus(logError).MoveToOuterDisposeScope();
    }

    public void Dispose() => _window.Dispose();
}
