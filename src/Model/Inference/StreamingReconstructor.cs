using AudioBsq.Persistence;

namespace AudioBsq.Inference;

/// <summary>
/// Reconstructs mel frames from tokens while these are still coming in. The frames are those of all tokens decoded at once, within 1e-3 dB;
/// a <c>StreamingSynthesizer</c> turns them into sound. Memory does not grow with the length of the clip. Use it from one thread at a time;
/// other streams may use the model meanwhile. <c>AudioBsqModel.CreateStreamingReconstructor</c> makes one.
/// </summary>
/// <remarks>
/// A causal model (<see cref="AudioBsqOptions.IsCausal"/>) reconstructs each time step as soon as its tokens are there, any other model a
/// window at a time.
/// </remarks>
/// <example>
/// <code>
/// using var frames = model.CreateStreamingReconstructor();
/// var sound = new StreamingSynthesizer(vocoder);
/// foreach (int[] tokens in received) Play(sound.Accept(frames.Accept(tokens)));
/// Play(sound.Accept(frames.Flush()));
/// Play(sound.Flush());
/// </code>
/// </example>
public sealed class StreamingReconstructor : IDisposable
{
    private readonly AudioBsqOptions _options;
    private readonly StepStream<int, float> _decoder;
    private readonly StreamState _state;

    internal StreamingReconstructor(ModelContent model)
    {
        model.Require(ModelParts.Decoder, "decode");
        (_options, _decoder) = (model.Options, DecoderStream.Of(model));
        _state = new StreamState("reconstructor", () => model.Fingerprint);
    }

    private StepStream<int, float> Decoder
    {
        get
        {
            ObjectDisposedException.ThrowIf(_decoder.IsDisposed, this);
            return _decoder;
        }
    }

    /// <summary>Adds the tokens of whole time steps, and returns the mel frames (frames, bands) that they complete.</summary>
    /// <exception cref="ArgumentException">
    /// The tokens do not fill whole time steps, or one is out of range; none of them has been added.
    /// </exception>
    public float[] Accept(ReadOnlySpan<int> tokens)
    {
        var decoder = Decoder;
        TokenCheck.Require(tokens, _options);
        return decoder.Accept(tokens);
    }

    /// <summary>Ends the clip, and returns the frames that are left. Another clip may follow.</summary>
    public float[] Flush() => Decoder.Flush();

    /// <summary>Forgets the clip; another may follow.</summary>
    public void Reset() => Decoder.Reset();

    /// <summary>The state of the stream, a few kilobytes, with which another process can continue it with the same model.</summary>
    public byte[] SaveState() => _state.Save(Decoder.Save);

    /// <summary>Continues a stream from its saved state. After an error the stream is at the start of a clip.</summary>
    /// <exception cref="InvalidDataException">The state is damaged, or of another model; the message tells which.</exception>
    public void RestoreState(byte[] state) => _state.Restore(state, Decoder.Restore, Reset);

    /// <summary>Frees the caches of the stream, but not the model.</summary>
    public void Dispose() => _decoder.Dispose();
}
