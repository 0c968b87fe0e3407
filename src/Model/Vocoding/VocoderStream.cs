using AudioBsq.Signal;

namespace AudioBsq.Vocoding;

/// <summary>
/// Synthesizes one clip whose frames come in pieces. Each frame goes through the
/// network once; the inputs that later results depend on are cached.
/// </summary>
internal sealed class VocoderStream
{
    private readonly NeuralVocoder _vocoder;
    private readonly IVocoderCache _cache;
    private readonly int _bins;
    private SpectrumRows _spectra = SpectrumRows.Empty; // those that later samples depend on
    private long _predicted;

    /// <summary>A stream that starts at a frame of a clip; frames before it are taken for silence.</summary>
    public VocoderStream(NeuralVocoder vocoder, long frame = 0)
    {
        (_vocoder, _bins) = (vocoder, vocoder.Mel.FftLength / 2 + 1);
        _cache = vocoder.Engine.NewCache();
        Frames = _predicted = frame;
    }

    private VocoderStream(VocoderStream other)
    {
        (_vocoder, _bins, Frames, _predicted) = (other._vocoder, other._bins, other.Frames, other._predicted);
        (_cache, _spectra) = (other._cache.Copy(), other._spectra);
    }

    /// <summary>Frames added so far, and those before the first.</summary>
    public long Frames { get; private set; }

    /// <summary>Samples, from the start of the clip, that no later frame can change.</summary>
    public long Samples => Math.Max(0, _predicted * _vocoder.Mel.HopLength - _vocoder.Mel.FftLength / 2);

    /// <summary>Maximum number of past frames that later sound depends on: a restored stream must be given these.</summary>
    public static int FramesToRestore(VocoderOptions options, MelOptions mel) =>
        options.FramesBefore + options.FramesAfter + mel.FftLength / mel.HopLength;

    /// <summary>An independent stream with the same state.</summary>
    public VocoderStream Copy() => new(this);

    /// <summary>Adds frames, as mel power, without synthesizing their sound.</summary>
    public void AddSilently(float[] power) => KeepLast(AppendSpectra(power, last: false));

    /// <summary>Adds the next frames, as mel power, and returns the samples that no later frame can change.</summary>
    public float[] Next(float[] power) => Sound(power, length: null);

    /// <summary>Ends the clip, and returns the samples that are left. Nothing may follow.</summary>
    public float[] End(long length) => Frames == 0 ? [] : Sound([], length);

    private float[] Sound(float[] power, long? length)
    {
        int hop = _vocoder.Mel.HopLength;
        long from = Samples, first = (_predicted - _spectra.Re.Length / _bins) * hop;
        var spectra = AppendSpectra(power, last: length is not null);
        long to = length ?? Samples;
        KeepLast(spectra);
        return to <= from ? [] : _vocoder.OverlapAdd.Apply(spectra.Re, spectra.Im, (int)(to - first))[(int)(from - first)..];
    }

    // The kept spectra and the new ones.
    private SpectrumRows AppendSpectra(float[] power, bool last)
    {
        var frames = _vocoder.Input.Of(power);
        var predicted = _vocoder.Engine.Continue(frames, _cache, last);
        Frames += frames.Count;
        _predicted += predicted.Re.Length / _bins;
        return _spectra.Append(predicted);
    }

    private void KeepLast(SpectrumRows spectra)
    {
        int count = spectra.Re.Length / _bins, kept = Math.Min(count, _vocoder.Mel.FftLength / _vocoder.Mel.HopLength);
        _spectra = spectra.Slice(count - kept, kept, _bins);
    }
}
