using AudioBsq.Signal;

namespace AudioBsq.Vocoding;

/// <summary>What a <see cref="VocoderNetwork"/> keeps from one piece of a clip to the next: the last inputs of each convolution, and first guesses not yet used.</summary>
internal sealed class VocoderCache
{
    private readonly ConvolutionCache[] _convolutions;

    /// <summary>Before the first frame of a clip.</summary>
    public VocoderCache(VocoderOptions options, MelOptions mel)
    {
        _convolutions = [.. Enumerable.Range(0, options.Layers + 1).Select(i =>
            new ConvolutionCache(i == 0 ? mel.Bands : options.Width, options.Kernel - 1, zeros: options.Reach(i).Before))];
        Guesses = new ConvolutionCache(mel.FftLength / 2 + 1, options.FramesAfter);
    }

    private VocoderCache(VocoderCache other) =>
        (_convolutions, Guesses) = ([.. other._convolutions.Select(cache => cache.Copy())], other.Guesses.Copy());

    /// <summary>Log magnitudes of frames whose spectrum has not come out yet.</summary>
    public ConvolutionCache Guesses { get; }

    /// <summary>Inputs of a convolution; the first one is number 0.</summary>
    public ConvolutionCache Convolution(int number) => _convolutions[number];

    /// <summary>A cache of its own that begins with the same frames.</summary>
    public VocoderCache Copy() => new(this);
}
