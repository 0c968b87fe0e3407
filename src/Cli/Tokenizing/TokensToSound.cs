using AudioBsq.Inference;
using AudioBsq.Vocoding;

namespace AudioBsq.Cli.Tokenizing;

/// <summary>Tokens on their way to sound, part by part: memory does not grow with them.</summary>
internal sealed class TokensToSound : IDisposable
{
    private readonly AudioBsqModel _model;
    private readonly StreamingReconstructor _reconstructor;
    private readonly StreamingSynthesizer _synthesizer;
    private readonly long? _samples;
    private long _framesLeft;

    /// <param name="model">What made the tokens.</param>
    /// <param name="vocoder">What makes the sound.</param>
    /// <param name="samples">Its length, or null while that is not known: the sound ends with the centre of its last frame then.</param>
    /// <exception cref="NotSupportedException">The model's mel levels depend on the whole file.</exception>
    public TokensToSound(AudioBsqModel model, NeuralVocoder vocoder, long? samples = null)
    {
        (_model, _samples, _framesLeft) = (model, samples, samples is { } length ? model.Mel.FramesOf(length) : long.MaxValue);
        (_synthesizer, _reconstructor) = (new StreamingSynthesizer(vocoder), model.CreateStreamingReconstructor());
    }

    /// <summary>Samples that were made.</summary>
    public long Samples { get; private set; }

    /// <summary>
    /// The longest time from a sample's arrival, at a tokenizer that streams, to that of the one which completes the sample that it becomes. Time for computing
    /// comes on top.
    /// </summary>
    public int LatencySamples => StreamingTokenizer.LatencyOf(_model.Options, _model.Mel) + WindowsBehind + LookAheadSamples;

    /// <summary>The vocoder's part of it.</summary>
    public int LookAheadSamples => _synthesizer.LookAheadSamples;

    // The decoder waits for the tokens that its window sees behind what it keeps. They come with the next windows of the encoder.
    private int WindowsBehind
    {
        get
        {
            var options = _model.Options;
            if (options.IsCausal) return 0;
            int kept = options.WindowFrames - 2 * options.ContextFrames;
            return (options.ContextFrames + kept - 1) / kept * kept * _model.Mel.HopLength;
        }
    }

    /// <summary>Takes the tokens of whole time steps and gives the samples that they make final, maybe none.</summary>
    public float[] Accept(ReadOnlySpan<int> tokens) => Counted(Sound(_reconstructor.Accept(tokens)));

    /// <summary>The sound ends here: the samples that are left.</summary>
    public float[] End() => Counted([.. Sound(_reconstructor.Flush()), .. _synthesizer.Flush(_samples)]);

    public void Dispose() => _reconstructor.Dispose();

    // The last time step may have frames beyond the sound's end.
    private float[] Sound(ReadOnlySpan<float> mel)
    {
        int bands = _model.Mel.Bands, frames = (int)Math.Min(mel.Length / bands, _framesLeft);
        _framesLeft -= frames;
        return _synthesizer.Accept(mel[..(frames * bands)]);
    }

    private float[] Counted(float[] sound)
    {
        Samples += sound.Length;
        return sound;
    }
}
