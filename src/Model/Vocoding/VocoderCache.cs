using AudioBsq.Signal;

namespace AudioBsq.Vocoding;

/// <summary>
/// The caches of a <see cref="VocoderNetwork"/> between two pieces of a clip: a convolution cache for each convolution, and initial
/// magnitudes that have not been used yet.
/// </summary>
internal sealed class VocoderCache : IVocoderCache
{
    private readonly ConvolutionCache[] _convolutions;

    /// <summary>Caches for the start of a clip.</summary>
    public VocoderCache(VocoderOptions options, MelOptions mel)
    {
        _convolutions = [.. Enumerable.Range(0, options.Layers + 1).Select(i =>
            new ConvolutionCache(i == 0 ? mel.Bands : options.Width, options.Kernel - 1, zeros: options.Reach(i).Before))];
        InitialMagnitudes = new ConvolutionCache(mel.FftLength / 2 + 1, options.FramesAfter);
    }

    private VocoderCache(VocoderCache other) =>
        (_convolutions, InitialMagnitudes) = ([.. other._convolutions.Select(cache => cache.Copy())], other.InitialMagnitudes.Copy());

    /// <summary>Initial log magnitudes of frames whose spectrum has not been predicted yet.</summary>
    public ConvolutionCache InitialMagnitudes { get; }

    /// <summary>The cache of a convolution, by its index.</summary>
    public ConvolutionCache Convolution(int index) => _convolutions[index];

    /// <summary>Independent caches with the same frames.</summary>
    public IVocoderCache Copy() => new VocoderCache(this);
}
