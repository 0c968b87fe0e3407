using AudioBsq.Signal;
using TorchSharp;
using static AudioBsq.Native.Numbers;
using static TorchSharp.torch;

namespace AudioBsq.Vocoding;

/// <summary>
/// What the network sees of mel power: levels of about unit size, and the logarithm of the spectrum that <see cref="MelInversion"/> finds. Both
/// are cut off below at −100 dB of a full-scale sine, where silence lies. An instance may be used by several threads at a time.
/// </summary>
internal sealed class VocoderInput
{
    // −60 dB and ±20 dB: about the mean and spread of speech.
    private static readonly Scalar Floor = Number(1e-10), LevelsPerDecibel = Number(10 / Math.Log(10) / 20), Shift = Number(3);

    private readonly MelOptions _mel;
    private readonly MelInversion _inversion;
    private readonly Scalar _perFullScale, _leastMagnitude;

    public VocoderInput(VocoderOptions options, MelOptions mel)
    {
        (_mel, _inversion) = (mel, new MelInversion(new MelFilterBank(mel), options.InversionIterations));
        double fullScale = mel.FftLength / 4.0;
        (_perFullScale, _leastMagnitude) = (Number(1 / (fullScale * fullScale)), Number(fullScale * 1e-5));
    }

    /// <summary>Power of the bands, as one array of whole clips side by side → levels (clips, frames, bands) and log magnitude (clips, frames, bins).</summary>
    public (Tensor Levels, Tensor LogMagnitude) Of(float[] power, long clips, Device device)
    {
        using var scope = NewDisposeScope();
        using var noGradients = no_grad();
        float[] guess = _inversion.Invert(power);
        var levels = tensor(power, [clips, power.Length / _mel.Bands / clips, _mel.Bands]).to(device)
            .mul(_perFullScale).clamp_min(Floor).log().mul(LevelsPerDecibel).Plus(Shift);
        var magnitude = tensor(guess, [clips, levels.shape[1], _mel.FftLength / 2 + 1]).to(device).clamp_min(_leastMagnitude).log();
        return (levels.MoveToOuterDisposeScope(), magnitude.MoveToOuterDisposeScope());
    }
}
