using AudioBsq.Signal;
using static TorchSharp.torch;

namespace AudioBsq.Vocoding;

/// <summary>One clip on its way through a vocoder. Every frame goes through the network once; what its convolutions and the transform still need is remembered.</summary>
internal sealed class VocoderStream
{
    private readonly NeuralVocoder _vocoder;
    private readonly VocoderCache _cache;
    private readonly ConvolutionCache _spectra; // real and imaginary parts, that later samples need
    private readonly int _bins;
    private long _drawn;

    /// <summary>Before a frame of a clip; what lies before that frame is taken for silence.</summary>
    public VocoderStream(NeuralVocoder vocoder, long frame = 0)
    {
        (_vocoder, _bins) = (vocoder, vocoder.Mel.FftLength / 2 + 1);
        _cache = new VocoderCache(vocoder.Options, vocoder.Mel);
        _spectra = new ConvolutionCache(2 * _bins, vocoder.Mel.FftLength / vocoder.Mel.HopLength);
        Frames = _drawn = frame;
    }

    private VocoderStream(VocoderStream other)
    {
        (_vocoder, _bins, Frames, _drawn) = (other._vocoder, other._bins, other.Frames, other._drawn);
        (_cache, _spectra) = (other._cache.Copy(), other._spectra.Copy());
    }

    /// <summary>Frames that have been seen.</summary>
    public long Frames { get; private set; }

    /// <summary>Samples, from the clip's first one, that no later frame can change.</summary>
    public long Samples => Math.Max(0, _drawn * _vocoder.Mel.HopLength - _vocoder.Mel.FftLength / 2);

    /// <summary>The last frames that one which is to go on where this stands must <see cref="Learn"/> again, at most.</summary>
    public static int Needed(VocoderOptions options, MelOptions mel) => options.FramesBefore + options.FramesAfter + mel.FftLength / mel.HopLength;

    /// <summary>One that goes on from here; this one stays where it is.</summary>
    public VocoderStream Copy() => new(this);

    /// <summary>Frames, as mel power, whose sound is not wanted.</summary>
    public void Learn(float[] power)
    {
        using var scope = NewDisposeScope();
        using var noGradients = no_grad();
        Draw(power, last: false);
    }

    /// <summary>The next frames, as mel power → the samples that they make final.</summary>
    public float[] Next(float[] power) => Sound(power, length: null);

    /// <summary>The samples from there to the clip's end. Nothing may follow.</summary>
    public float[] End(long length) => Frames == 0 ? [] : Sound([], length);

    private float[] Sound(float[] power, long? length)
    {
        using var scope = NewDisposeScope();
        using var noGradients = no_grad();
        int hop = _vocoder.Mel.HopLength;
        long from = Samples, first = (_drawn - _spectra.Count) * hop;
        var spectra = Draw(power, last: length is not null);
        long to = length ?? Samples;
        if (to <= from) return [];
        var rows = view_as_complex(spectra.reshape(1, spectra.shape[1], _bins, 2));
        return _vocoder.Inverse.Apply(rows.transpose(1, 2), to - first).narrow(1, from - first, to - from).cpu().data<float>().ToArray();
    }

    // The remembered spectra and the new ones, (1, frames, 2 · bins).
    private Tensor Draw(float[] power, bool last)
    {
        var (levels, guess) = _vocoder.Input.Of(power, clips: 1, _vocoder.Device);
        var drawn = _vocoder.Network.Continue(levels, guess, _cache, last)?.ToComplex().transpose(1, 2).contiguous();
        Frames += levels.shape[1];
        _drawn += drawn?.shape[1] ?? 0;
        return _spectra.Append(drawn is null ? zeros(1, 0, 2 * _bins, device: _vocoder.Device) : view_as_real(drawn).reshape(1, drawn.shape[1], 2 * _bins));
    }
}
