using AudioBsq.Signal;
using TorchSharp;
using static AudioBsq.Native.Numbers;
using static TorchSharp.torch;

namespace AudioBsq.Vocoding;

/// <summary>
/// What a vocoder is fitted by. Some terms compare the sound that is heard, some the spectrum that the head gives; of the latter, frames that
/// look beyond the crop take no part. All are scalars in the caller's dispose scope.
/// </summary>
internal sealed class VocoderLoss : IDisposable
{
    private static readonly Scalar Half = Number(0.5), Turn = Number(2 * Math.PI), TurnsPerRadian = Number(1 / (2 * Math.PI)), LoudestWeight = Number(4), PhaseShare = Number(0.4), Tiny = Number(1e-8), Silence = Number(1e-7);

    private readonly VocoderTrainingOptions _options;
    private readonly MelOptions _mel;
    private readonly InverseStft _inverse;
    private readonly long _reach;
    private readonly Tensor _bank;
    private readonly Scalar _leastPower, _stft, _melWeight, _magnitude, _phase, _consistency, _level, _perResolution;
    private readonly StftResolution[] _resolutions;

    public VocoderLoss(VocoderTrainingOptions options, NeuralVocoder vocoder)
    {
        (_options, _mel, _inverse, _reach) = (options, vocoder.Mel, vocoder.Inverse, InverseStft.Reach(vocoder.Mel));
        var bank = new MelFilterBank(_mel);
        _bank = tensor(bank.ToDense(), [bank.Bins, bank.Bands], device: vocoder.Device).DetachFromDisposeScope();
        _leastPower = Number(Math.Pow(_mel.FftLength / 4.0, 2) * 1e-10);
        (_stft, _melWeight, _magnitude) = (Number(options.StftWeight), Number(options.MelWeight), Number(options.MagnitudeWeight));
        (_phase, _consistency, _level) = (Number(options.PhaseWeight), Number(options.ConsistencyWeight), Number(options.LevelWeight));
        _resolutions = StftResolution.Three(_mel, vocoder.Device);
        _perResolution = Number(1.0 / _resolutions.Length);
    }

    /// <summary>
    /// The weighted sum, and the mean absolute mel difference in nepers, of a spectrum and the sound (crops, samples) that it should make; and the
    /// sound that it makes.
    /// </summary>
    public (Tensor Total, Tensor MelError, Tensor Made) Of(VocoderSpectrum drawn, Tensor sound)
    {
        using var scope = NewDisposeScope();
        var spectrum = drawn.ToComplex();
        var made = _inverse.Apply(spectrum, sound.shape[1]);
        Tensor target = _resolutions[0].Spectrum(sound), heard = _resolutions[0].Spectrum(made);
        var mel = (LogMel(heard) - LogMel(target)).abs().mean();
        var total = mel * _melWeight;
        if (_options.StftWeight > 0) total = total.Plus(MultiResolution(heard, target, made, sound) * _stft);
        if (_options.MagnitudeWeight > 0) total = total.Plus(Magnitude(drawn, target) * _magnitude);
        if (_options.PhaseWeight > 0) total = total.Plus(Phase(drawn, target) * _phase);
        if (_options.ConsistencyWeight > 0) total = total.Plus(Consistency(spectrum, heard, target) * _consistency);
        if (_options.LevelWeight > 0) total = total.Plus((Level(made) - Level(sound)).abs().mean() * _level);
        return (total.MoveToOuterDisposeScope(), mel.MoveToOuterDisposeScope(), made.MoveToOuterDisposeScope());
    }

    public void Dispose()
    {
        _bank.Dispose();
        foreach (var resolution in _resolutions) resolution.Dispose();
    }

    // Half the logarithm of power is that of magnitude.
    private Tensor LogMel(Tensor spectrum)
    {
        using var scope = NewDisposeScope();
        return spectrum.abs().Square().transpose(1, 2).matmul(_bank).clamp_min(_leastPower).log().mul(Half).MoveToOuterDisposeScope();
    }

    private Tensor MultiResolution(Tensor heard, Tensor target, Tensor made, Tensor sound)
    {
        using var scope = NewDisposeScope();
        var total = _resolutions[0].Loss(heard.abs(), target.abs());
        foreach (var resolution in _resolutions.Skip(1)) total = total.Plus(resolution.Loss(resolution.Spectrum(made).abs(), resolution.Spectrum(sound).abs()));
        return (total * _perResolution).MoveToOuterDisposeScope();
    }

    private Tensor Magnitude(VocoderSpectrum drawn, Tensor target)
    {
        using var scope = NewDisposeScope();
        var (log, least) = (Inner(target).abs().clamp_min(_resolutions[0].Least).log(), _resolutions[0].LogLeast);
        return (Inner(drawn.LogMagnitude).clamp_min(least) - log).abs().mean().MoveToOuterDisposeScope();
    }

    // Loud bins count more: where there is no sound, there is no phase.
    private Tensor Phase(VocoderSpectrum drawn, Tensor target)
    {
        using var scope = NewDisposeScope();
        var (magnitude, error) = (Inner(target).abs(), Inner(atan2(drawn.Sine, drawn.Cosine)) - Inner(target).angle());
        var weight = (magnitude / magnitude.mean().Plus(Tiny)).clamp_max(LoudestWeight);
        var delay = Unwrapped(error.diff(1, 1)) * weight.narrow(1, 1, weight.shape[1] - 1);
        var change = Unwrapped(error.diff(1, 2)) * weight.narrow(2, 1, weight.shape[2] - 1);
        return ((Unwrapped(error) * weight).mean() * PhaseShare).Plus(delay.mean()).Plus(change.mean()).MoveToOuterDisposeScope();
    }

    private Tensor Consistency(Tensor spectrum, Tensor heard, Tensor target)
    {
        using var scope = NewDisposeScope();
        var difference = view_as_real(Inner(spectrum) - Inner(heard)).abs().mean();
        return (difference / Inner(target).abs().mean().Plus(Tiny)).MoveToOuterDisposeScope();
    }

    // Of each crop, in nepers; −70 dB and below are alike.
    private static Tensor Level(Tensor sound)
    {
        using var scope = NewDisposeScope();
        return sound.Square().mean([1]).Plus(Silence).log().mul(Half).MoveToOuterDisposeScope();
    }

    /// <summary>Without the frames at both ends that look beyond the crop.</summary>
    private Tensor Inner(Tensor x) => x.narrow(2, _reach, x.shape[2] - 2 * _reach);

    private static Tensor Unwrapped(Tensor angle)
    {
        using var scope = NewDisposeScope();
        return (angle - (angle * TurnsPerRadian).round() * Turn).abs().MoveToOuterDisposeScope();
    }
}
