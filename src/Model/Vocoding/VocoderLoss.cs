using AudioBsq.Distributed;
using AudioBsq.Signal;
using AudioBsq.Training;
using TorchSharp;
using static AudioBsq.Native.Scalars;
using static TorchSharp.torch;

namespace AudioBsq.Vocoding;

/// <summary>
/// The losses of a vocoder. Some compare the synthesized sound with the original, others the predicted spectrum, without the frames that
/// extend beyond the crop. All are scalar tensors in the caller's dispose scope.
/// </summary>
internal sealed class VocoderLoss : IDisposable
{
    private static readonly Scalar Half = Scalar(0.5), Turn = Scalar(2 * Math.PI), TurnsPerRadian = Scalar(1 / (2 * Math.PI));
    private static readonly Scalar MaxPhaseWeight = Scalar(4), PhaseShare = Scalar(0.4), Tiny = Scalar(1e-8), Silence = Scalar(1e-7);

    private readonly VocoderTrainingOptions _options;
    private readonly MelOptions _mel;
    private readonly InverseStft _inverse;
    private readonly long _reach;
    private readonly Tensor _bank;
    private readonly Scalar _minPower, _stft, _melWeight, _magnitude, _phase, _consistency, _level, _perResolution;
    private readonly StftResolution[] _resolutions;
    private readonly EnvelopeLoss? _envelope;
    private readonly Scalar _sinePower, _envelopeWeight;

    public VocoderLoss(VocoderTrainingOptions options, NeuralVocoder vocoder)
    {
        (_options, _mel, _reach) = (options, vocoder.Mel, OverlapAdd.Reach(vocoder.Mel));
        _inverse = new InverseStft(_mel, vocoder.Device);
        var bank = new MelFilterBank(_mel);
        _bank = tensor(bank.ToDense(), [bank.Bins, bank.Bands], device: vocoder.Device).DetachFromDisposeScope();
        double sine = Math.Pow(_mel.FftLength / 4.0, 2); // the power of a bin that a full-scale sine fills
        (_sinePower, _minPower, _envelopeWeight) = (Scalar(sine), Scalar(sine * 1e-10), Scalar(options.Envelope?.Weight ?? 0));
        if (options.Envelope is { } envelope) _envelope = new EnvelopeLoss(envelope, _mel, options.CropFrames, vocoder.Device);
        (_stft, _melWeight, _magnitude) = (Scalar(options.StftWeight), Scalar(options.MelWeight), Scalar(options.MagnitudeWeight));
        (_phase, _consistency, _level) = (Scalar(options.PhaseWeight), Scalar(options.ConsistencyWeight), Scalar(options.LevelWeight));
        _resolutions = StftResolution.Three(_mel, vocoder.Device);
        _perResolution = Scalar(1.0 / _resolutions.Length);
    }

    /// <summary>
    /// The weighted sum of the losses of a predicted spectrum, the mean absolute difference of log mel spectrograms in nepers, and the
    /// synthesized sound. <paramref name="sound"/> is the original (crops, samples). Where ranks train together, the first two are this
    /// rank's part of those of the whole batch.
    /// </summary>
    public (Tensor Total, Tensor MelError, Tensor Synthesized) Of(VocoderSpectrum predicted, Tensor sound)
    {
        using var scope = NewDisposeScope();
        var spectrum = predicted.ToComplex();
        var synthesized = _inverse.Apply(spectrum, sound.shape[1]);
        Tensor target = _resolutions[0].Spectrum(sound), consistent = _resolutions[0].Spectrum(synthesized);
        Tensor power = MelPower(consistent), targetPower = MelPower(target);
        var mel = (Log(power) - Log(targetPower)).abs().mean();
        var total = mel * _melWeight;
        if (_options.StftWeight > 0) total = total.Plus(MultiResolution(consistent, target, synthesized, sound) * _stft);
        if (_options.MagnitudeWeight > 0) total = total.Plus(Magnitude(predicted, target) * _magnitude);
        if (_options.PhaseWeight > 0) total = total.Plus(Phase(predicted, target) * _phase);
        if (_options.ConsistencyWeight > 0) total = total.Plus(Consistency(spectrum, consistent, target) * _consistency);
        if (_options.LevelWeight > 0) total = total.Plus((Level(synthesized) - Level(sound)).abs().mean() * _level);
        (total, mel) = (PartOfMean(total, sound), PartOfMean(mel, sound));
        if (_envelope?.OfPower(power / _sinePower, targetPower / _sinePower, valid: null) is { } envelopes)
            total = total.Plus(envelopes * _envelopeWeight);
        return (total.MoveToOuterDisposeScope(), mel.MoveToOuterDisposeScope(), synthesized.MoveToOuterDisposeScope());
    }

    public void Dispose()
    {
        _bank.Dispose();
        _inverse.Dispose();
        _envelope?.Dispose();
        foreach (var resolution in _resolutions) resolution.Dispose();
    }

    // Crops are equally long, so a mean over them has their number as its weight.
    private static Tensor PartOfMean(Tensor mean, Tensor crops) => RankGroup.Current.PartOfMean(mean, crops.shape[0]);

    private static Tensor MeanOfAll(Tensor values) => RankGroup.Current.Mean(values.mean(), values.shape[0]);

    // (batch, bins, frames) → (batch, frames, bands)
    private Tensor MelPower(Tensor spectrum)
    {
        using var scope = NewDisposeScope();
        return spectrum.abs().Square().transpose(1, 2).matmul(_bank).MoveToOuterDisposeScope();
    }

    // Half the logarithm of power is the logarithm of magnitude.
    private Tensor Log(Tensor power)
    {
        using var scope = NewDisposeScope();
        return power.clamp_min(_minPower).log().mul(Half).MoveToOuterDisposeScope();
    }

    private Tensor MultiResolution(Tensor spectrum, Tensor target, Tensor synthesized, Tensor sound)
    {
        using var scope = NewDisposeScope();
        var total = _resolutions[0].Loss(spectrum.abs(), target.abs());
        foreach (var resolution in _resolutions.Skip(1))
            total = total.Plus(resolution.Loss(resolution.Spectrum(synthesized).abs(), resolution.Spectrum(sound).abs()));
        return (total * _perResolution).MoveToOuterDisposeScope();
    }

    private Tensor Magnitude(VocoderSpectrum predicted, Tensor target)
    {
        using var scope = NewDisposeScope();
        var (log, min) = (Inner(target).abs().clamp_min(_resolutions[0].MinMagnitude).log(), _resolutions[0].LogMinMagnitude);
        return (Inner(predicted.LogMagnitude).clamp_min(min) - log).abs().mean().MoveToOuterDisposeScope();
    }

    // Louder bins have more weight, since silence has no phase.
    private Tensor Phase(VocoderSpectrum predicted, Tensor target)
    {
        using var scope = NewDisposeScope();
        var (magnitude, error) = (Inner(target).abs(), Inner(atan2(predicted.Sine, predicted.Cosine)) - Inner(target).angle());
        var weight = (magnitude / MeanOfAll(magnitude).Plus(Tiny)).clamp_max(MaxPhaseWeight);
        var delay = Unwrapped(error.diff(1, 1)) * weight.narrow(1, 1, weight.shape[1] - 1);
        var change = Unwrapped(error.diff(1, 2)) * weight.narrow(2, 1, weight.shape[2] - 1);
        return ((Unwrapped(error) * weight).mean() * PhaseShare).Plus(delay.mean()).Plus(change.mean()).MoveToOuterDisposeScope();
    }

    private Tensor Consistency(Tensor spectrum, Tensor consistent, Tensor target)
    {
        using var scope = NewDisposeScope();
        var difference = view_as_real(Inner(spectrum) - Inner(consistent)).abs().mean();
        return (difference / MeanOfAll(Inner(target).abs()).Plus(Tiny)).MoveToOuterDisposeScope();
    }

    // The level of each crop in nepers, which −70 dB and below hardly change.
    private static Tensor Level(Tensor sound)
    {
        using var scope = NewDisposeScope();
        return sound.Square().mean([1]).Plus(Silence).log().mul(Half).MoveToOuterDisposeScope();
    }

    /// <summary>Drops the frames at both ends that extend beyond the crop.</summary>
    private Tensor Inner(Tensor x) => x.narrow(2, _reach, x.shape[2] - 2 * _reach);

    private static Tensor Unwrapped(Tensor angle)
    {
        using var scope = NewDisposeScope();
        return (angle - (angle * TurnsPerRadian).round() * Turn).abs().MoveToOuterDisposeScope();
    }
}
