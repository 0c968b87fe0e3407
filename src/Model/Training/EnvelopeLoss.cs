using AudioBsq.Distributed;
using AudioBsq.Signal;
using static AudioBsq.Native.Scalars;
using static TorchSharp.torch;

namespace AudioBsq.Training;

/// <summary>The loss that <see cref="EnvelopeOptions"/> describes.</summary>
/// <remarks>
/// The envelope of a band is the square root of the power in the mel bands whose centres it has. With x and y the envelopes of one band in
/// one segment, less their means, the term is 1 − Σxy / (‖x‖·‖y‖), averaged over all segments and bands in which ‖y‖ of the original is
/// above a threshold: silence has no envelope. Unlike STOI's, envelopes of the reconstruction are not clipped. The level distance is
/// |ln(‖X‖ / ‖Y‖)| of the envelopes with their means.
/// </remarks>
internal sealed class EnvelopeLoss : IDisposable
{
    private const double MinPower = 1e-8; // of a full-scale sine: an envelope's slope has an end at silence
    private const double MinNorm = 3e-4; // of an envelope that varies, where a full-scale sine has amplitude 1

    private readonly EnvelopeOptions _options;
    private readonly MelOptions _mel;
    private readonly Tensor _bands; // (mel bands, bands)
    private readonly int _segment, _stride;

    /// <exception cref="ArgumentException">No band has the centre of a mel band, or a segment is longer than a crop.</exception>
    public EnvelopeLoss(EnvelopeOptions options, MelOptions mel, int cropFrames, Device device)
    {
        (_options, _mel, _segment) = (options, mel, options.SegmentFrames(mel));
        Check.That(
            _segment <= cropFrames, options.SegmentSeconds, $"must fit into a crop of {cropFrames} frames", "Envelope.SegmentSeconds");
        _stride = Math.Max(1, _segment / 6);
        float[][] columns = [.. Columns().Where(column => column.Any(weight => weight > 0))];
        Check.That(columns.Length > 0, options.MinFrequency, "must leave bands that the mel spectrogram has", "Envelope.MinFrequency");
        float[] weights = [.. Enumerable.Range(0, mel.Bands).SelectMany(band => columns.Select(column => column[band]))];
        _bands = tensor(weights, [mel.Bands, columns.Length], device: device).DetachFromDisposeScope();
    }

    /// <summary>
    /// The term for levels (batch, frames, bands) in the unit of the mel column, without its weight. Segments with a frame that is not
    /// <paramref name="valid"/> (batch, frames) are left out; all are valid when it is null. 0 where no segment is left.
    /// </summary>
    public Tensor Of(Tensor reconstructed, Tensor target, Tensor? valid)
    {
        using var scope = NewDisposeScope();
        return OfPower(Power(reconstructed), Power(target), valid).MoveToOuterDisposeScope();
    }

    /// <summary>Levels (batch, frames, mel bands) → amplitudes (batch, frames, bands), of which a full-scale sine has about 1.</summary>
    public Tensor Envelopes(Tensor levels)
    {
        using var scope = NewDisposeScope();
        return Envelope(Power(levels)).MoveToOuterDisposeScope();
    }

    /// <summary>The same for powers, of which a full-scale sine has 1.</summary>
    public Tensor OfPower(Tensor reconstructed, Tensor target, Tensor? valid)
    {
        using var scope = NewDisposeScope();
        if (target.shape[1] < _segment) return zeros([], target.dtype, target.device).MoveToOuterDisposeScope();
        var (wholeX, wholeY) = (Segments(Envelope(reconstructed)), Segments(Envelope(target)));
        var (x, y) = (Centred(wholeX), Centred(wholeY));
        var (normX, normY) = (Norm(x, -1), Norm(y, -1));
        var sounds = normY > Scalar(MinNorm); // (batch, segments, bands, 1)
        if (valid is not null)
        {
            sounds = sounds & valid.unfold(1, _segment, _stride).all(-1).unsqueeze(-1).unsqueeze(-1);
        }

        var (unitX, unitY) = (x / normX, y / normY);
        var weight = sounds.to(x.dtype);
        var loss = MeanDistance((unitX * unitY).sum(-1, keepdim: true), weight);
        if (_options.AcrossBands) loss = loss.Plus(AcrossBands(unitX * weight, unitY * weight)) * Scalar(0.5);
        if (_options.LevelWeight > 0) loss = loss.Plus(LevelDistance(wholeX, wholeY, weight) * Scalar(_options.LevelWeight));
        return loss.MoveToOuterDisposeScope();
    }

    public void Dispose() => _bands.Dispose();

    // For each frame of each segment in which a band sounds, the correlation across bands.
    private static Tensor AcrossBands(Tensor x, Tensor y)
    {
        (x, y) = (x - x.mean([2], keepdim: true), y - y.mean([2], keepdim: true));
        var normY = Norm(y, 2);
        var correlation = (x / Norm(x, 2) * (y / normY)).sum(2, keepdim: true);
        return MeanDistance(correlation, (normY > Scalar(1e-3)).to(x.dtype));
    }

    private static Tensor LevelDistance(Tensor x, Tensor y, Tensor weight) =>
        Mean((Norm(x, -1).log() - Norm(y, -1).log()).abs(), weight);

    private static Tensor MeanDistance(Tensor correlation, Tensor weight) =>
        Mean(correlation.neg().Plus(One), weight);

    private static Tensor Mean(Tensor distance, Tensor weight)
    {
        var all = weight.sum();
        return RankGroup.Current.PartOfMean((distance * weight).sum() / all.clamp(min: One), all);
    }

    // The Euclidean norm, whose gradient is finite at 0 too.
    private static Tensor Norm(Tensor x, long dimension) => x.Square().sum(dimension, keepdim: true).Plus(Scalar(1e-9)).sqrt();

    // (batch, frames, bands) → (batch, segments, bands, frames of a segment)
    private Tensor Segments(Tensor envelope) => envelope.unfold(1, _segment, _stride);

    private static Tensor Centred(Tensor segments) => segments - segments.mean([-1], keepdim: true);

    private Tensor Envelope(Tensor power) => power.matmul(_bands).Plus(Scalar(MinPower)).sqrt();

    private Tensor Power(Tensor levels) => _mel.Level switch
    {
        MelLevel.Power => levels / Scalar(Reference),
        MelLevel.NaturalLog => levels.exp() / Scalar(Reference),
        MelLevel.FullScale => (levels * Scalar(Math.Log(10) / 10)).exp(),
        _ => (levels * Scalar(Math.Log(10) / 10)).exp() / Scalar(Reference),
    };

    // The power of a bin that a full-scale sine fills.
    private double Reference => Math.Pow(_mel.FftLength / 4.0, 2);

    // For each band, 1 at the mel bands whose centres lie inside it.
    private IEnumerable<float[]> Columns()
    {
        double low = MelFilterBank.ToMel(_mel.MinFrequency, _mel.Scale), high = MelFilterBank.ToMel(_mel.UpperFrequency, _mel.Scale);
        double half = Math.Pow(2, 0.5 / _options.BandsPerOctave);
        double[] melCentres =
        [
            .. Enumerable.Range(1, _mel.Bands).Select(n => MelFilterBank.ToHertz(low + n * (high - low) / (_mel.Bands + 1), _mel.Scale)),
        ];
        return _options.Centres().Select(
            centre => Array.ConvertAll(melCentres, hertz => hertz >= centre / half && hertz < centre * half ? 1f : 0f));
    }
}
