using AudioBsq.Signal;
using static TorchSharp.torch;

namespace AudioBsq.Vocoding;

/// <summary>
/// Synthesizes one clip whose frames come in pieces. Each frame goes through the network once; the inputs that later results depend on are
/// cached.
/// </summary>
internal sealed class VocoderStream
{
    private readonly NeuralVocoder _vocoder;
    private readonly VocoderCache _cache;
    private readonly ConvolutionCache _spectra; // real and imaginary parts that later samples depend on
    private readonly int _bins;
    private long _predicted;

    /// <summary>A stream that starts at a frame of a clip; frames before it are taken for silence.</summary>
    public VocoderStream(NeuralVocoder vocoder, long frame = 0)
    {
        (_vocoder, _bins) = (vocoder, vocoder.Mel.FftLength / 2 + 1);
        _cache = new VocoderCache(vocoder.Options, vocoder.Mel);
        _spectra = new ConvolutionCache(2 * _bins, vocoder.Mel.FftLength / vocoder.Mel.HopLength);
        Frames = _predicted = frame;
    }

    private VocoderStream(VocoderStream other)
    {
        (_vocoder, _bins, Frames, _predicted) = (other._vocoder, other._bins, other.Frames, other._predicted);
        (_cache, _spectra) = (other._cache.Copy(), other._spectra.Copy());
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
    public void AddSilently(float[] power)
    {
        using var scope = NewDisposeScope();
        using var noGradients = no_grad();
        AppendSpectra(power, last: false);
    }

    /// <summary>Adds the next frames, as mel power, and returns the samples that no later frame can change.</summary>
    public float[] Next(float[] power) => Sound(power, length: null);

    /// <summary>Ends the clip, and returns the samples that are left. Nothing may follow.</summary>
    public float[] End(long length) => Frames == 0 ? [] : Sound([], length);

    private float[] Sound(float[] power, long? length)
    {
        using var scope = NewDisposeScope();
        using var noGradients = no_grad();
        int hop = _vocoder.Mel.HopLength;
        long from = Samples, first = (_predicted - _spectra.Count) * hop;
        var spectra = AppendSpectra(power, last: length is not null);
        long to = length ?? Samples;
        if (to <= from) return [];
        var rows = view_as_complex(spectra.reshape(1, spectra.shape[1], _bins, 2));
        return _vocoder.Inverse.Apply(rows.transpose(1, 2), to - first).narrow(1, from - first, to - from).cpu().data<float>().ToArray();
    }

    // The cached spectra and the new ones, (1, frames, 2 · bins).
    private Tensor AppendSpectra(float[] power, bool last)
    {
        var (levels, magnitude) = _vocoder.Input.Of(power, clips: 1, _vocoder.Device);
        var predicted = _vocoder.Network.Continue(levels, magnitude, _cache, last)?.ToComplex().transpose(1, 2).contiguous();
        Frames += levels.shape[1];
        if (predicted is null) return _spectra.Append(zeros(1, 0, 2 * _bins, device: _vocoder.Device));
        _predicted += predicted.shape[1];
        return _spectra.Append(view_as_real(predicted).reshape(1, predicted.shape[1], 2 * _bins));
    }
}
