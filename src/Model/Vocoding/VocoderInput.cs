using AudioBsq.Signal;
using TorchSharp;
using static AudioBsq.Native.Scalars;
using static TorchSharp.torch;

namespace AudioBsq.Vocoding;

/// <summary>
/// The network's inputs from mel power: scaled levels, and the initial log magnitudes that <see cref="MelInversion"/> finds. Both are
/// clamped at −100 dB of a full-scale sine. One instance may be used from several threads at once.
/// </summary>
internal sealed class VocoderInput
{
    // Levels are scaled by the approximate mean and spread of speech, −60 dB and 20 dB.
    private static readonly Scalar Floor = Scalar(1e-10), LevelsPerDecibel = Scalar(10 / Math.Log(10) / 20), Shift = Scalar(3);

    private readonly MelOptions _mel;
    private readonly MelInversion _inversion;
    private readonly Scalar _perFullScale, _minMagnitude;

    public VocoderInput(VocoderOptions options, MelOptions mel)
    {
        (_mel, _inversion) = (mel, new MelInversion(new MelFilterBank(mel), options.InversionIterations));
        double fullScale = mel.FftLength / 4.0;
        (_perFullScale, _minMagnitude) = (Scalar(1 / (fullScale * fullScale)), Scalar(MinMagnitude(mel)));
    }

    /// <summary>Initial magnitude of what is silent: −100 dB of a full-scale sine.</summary>
    public static double MinMagnitude(MelOptions mel) => mel.FftLength / 4.0 * 1e-5;

    /// <summary>
    /// Power of the bands, in one array of whole clips one after another →
    /// levels (clips, frames, bands) and log magnitude (clips, frames, bins).
    /// </summary>
    public (Tensor Levels, Tensor LogMagnitude) Of(float[] power, long clips, Device device)
    {
        using var scope = NewDisposeScope();
        using var noGradients = no_grad();
        float[] initial = _inversion.Invert(power);
        var levels = tensor(power, [clips, power.Length / _mel.Bands / clips, _mel.Bands]).to(device)
            .mul(_perFullScale).clamp_min(Floor).log().mul(LevelsPerDecibel).Plus(Shift);
        var magnitude = tensor(initial, [clips, levels.shape[1], _mel.FftLength / 2 + 1]).to(device).clamp_min(_minMagnitude).log();
        return (levels.MoveToOuterDisposeScope(), magnitude.MoveToOuterDisposeScope());
    }
}
