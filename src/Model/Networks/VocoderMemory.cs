using AudioBsq.Signal;
using AudioBsq.Vocoding;

namespace AudioBsq.Networks;

/// <summary>What a <see cref="VocoderNetwork"/> remembers from one piece of a clip to the next: the last inputs of each convolution, and guesses that wait.</summary>
internal sealed class VocoderMemory
{
    private readonly FrameMemory[] _convolutions;

    /// <summary>Before the first frame of a clip.</summary>
    public VocoderMemory(VocoderOptions options, MelOptions mel)
    {
        _convolutions = [.. Enumerable.Range(0, options.Layers + 1).Select(i =>
            new FrameMemory(i == 0 ? mel.Bands : options.Width, options.Kernel - 1, zeros: options.Reach(i).Before))];
        Guesses = new FrameMemory(mel.FftLength / 2 + 1, options.FramesAfter);
    }

    private VocoderMemory(VocoderMemory other) =>
        (_convolutions, Guesses) = ([.. other._convolutions.Select(memory => memory.Copy())], other.Guesses.Copy());

    /// <summary>Log magnitudes of frames whose spectrum has not come out yet.</summary>
    public FrameMemory Guesses { get; }

    /// <summary>Inputs of a convolution; the first one is number 0.</summary>
    public FrameMemory Convolution(int number) => _convolutions[number];

    /// <summary>A memory of its own that begins with the same frames.</summary>
    public VocoderMemory Copy() => new(this);
}
