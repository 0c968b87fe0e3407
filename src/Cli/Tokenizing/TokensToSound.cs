using AudioBsq.Inference;
using AudioBsq.Vocoding;

namespace AudioBsq.Cli.Tokenizing;

/// <summary>Turns tokens into sound part by part, in constant memory.</summary>
internal sealed class TokensToSound : IDisposable
{
    private readonly AudioBsqModel _model;
    private readonly StreamingReconstructor _reconstructor;
    private readonly StreamingSynthesizer _synthesizer;
    private readonly long? _samples;
    private long _framesLeft;

    /// <param name="model">The model that made the tokens.</param>
    /// <param name="vocoder">The vocoder that makes the sound.</param>
    /// <param name="samples">Length of the sound; when null it ends with the centre of its last frame.</param>
    /// <exception cref="NotSupportedException">The model's mel levels depend on the whole file.</exception>
    public TokensToSound(AudioBsqModel model, NeuralVocoder vocoder, long? samples = null)
    {
        (_model, _samples, _framesLeft) = (model, samples, samples is { } length ? model.Mel.FramesOf(length) : long.MaxValue);
        (_synthesizer, _reconstructor) = (new StreamingSynthesizer(vocoder), model.CreateStreamingReconstructor());
    }

    /// <summary>Samples that were made.</summary>
    public long Samples { get; private set; }

    /// <summary>
    /// Longest delay of a sample through a streaming tokenizer and this, in samples, without the time for computing.
    /// </summary>
    public int LatencySamples => StreamingTokenizer.LatencyOf(_model.Options, _model.Mel) + WindowsBehind + LookAheadSamples;

    /// <summary>The vocoder's part of <see cref="LatencySamples"/>.</summary>
    public int LookAheadSamples => _synthesizer.LookAheadSamples;

    // The decoder waits for the tokens of the context after what it keeps, which the encoder gives with its next windows.
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

    /// <summary>Adds the tokens of whole time steps and returns the samples that they complete, maybe none.</summary>
    public float[] Accept(ReadOnlySpan<int> tokens) => Counted(Sound(_reconstructor.Accept(tokens)));

    /// <summary>Ends the sound and returns the remaining samples.</summary>
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
