using System.Numerics.Tensors;
using AudioBsq.Signal;

namespace AudioBsq.Vocoding;

/// <summary>
/// The network's inputs from mel power: scaled levels, and the initial log magnitudes that <see cref="MelInversion"/> finds. Both are
/// clamped at −100 dB of a full-scale sine. One instance may be used from several threads at once.
/// </summary>
internal sealed class VocoderInput
{
    // Levels are scaled by the approximate mean and spread of speech, −60 dB and 20 dB.
    private const float Floor = 1e-10f, Shift = 3;
    private static readonly float LevelsPerDecibel = (float)(10 / Math.Log(10) / 20);

    private readonly MelOptions _mel;
    private readonly MelInversion _inversion;
    private readonly float _perFullScale, _minMagnitude;

    public VocoderInput(VocoderOptions options, MelOptions mel)
    {
        (_mel, _inversion) = (mel, new MelInversion(new MelFilterBank(mel), options.InversionIterations));
        double fullScale = mel.FftLength / 4.0;
        (_perFullScale, _minMagnitude) = ((float)(1 / (fullScale * fullScale)), (float)MinMagnitude(mel));
    }

    /// <summary>Initial magnitude of what is silent: −100 dB of a full-scale sine.</summary>
    public static double MinMagnitude(MelOptions mel) => mel.FftLength / 4.0 * 1e-5;

    /// <summary>Power of the bands (frames, bands), of clips one after another → the inputs.</summary>
    public VocoderFrames Of(float[] power)
    {
        float[] magnitude = _inversion.Invert(power), levels = new float[power.Length];
        TensorPrimitives.Multiply(power, _perFullScale, levels);
        TensorPrimitives.Max(levels, Floor, levels);
        TensorPrimitives.Log(levels, levels);
        TensorPrimitives.Multiply(levels, LevelsPerDecibel, levels);
        TensorPrimitives.Add(levels, Shift, levels);
        TensorPrimitives.Max(magnitude, _minMagnitude, magnitude);
        TensorPrimitives.Log(magnitude, magnitude);
        return new VocoderFrames(levels, magnitude, power.Length / _mel.Bands);
    }
}
