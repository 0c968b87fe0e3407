using AudioBsq.Persistence;

namespace AudioBsq.Inference;

/// <summary>
/// Turns tokens into mel frames while they are still coming in: the frames of all of them at once, but for rounding (1e-3 dB at most). A
/// <c>StreamingSynthesizer</c> makes sound of the frames. Memory does not grow with the sound. Belongs to one thread at a time; the model may serve
/// others meanwhile. <c>AudioBsqModel.CreateStreamingReconstructor</c> makes one.
/// </summary>
/// <remarks>A causal model (<see cref="AudioBsqOptions.IsCausal"/>) gives the frames of a time step with its tokens. Any other gives a window at a time.</remarks>
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
    private const string Kind = "reconstructor";

    private readonly ModelContent _model;
    private readonly StepStream<int, float> _decoder;
    private bool _disposed;

    internal StreamingReconstructor(ModelContent model)
    {
        model.Require(ModelParts.Decoder, "decode");
        (_model, _decoder) = (model, DecoderStream.Of(model));
    }

    /// <summary>Takes the tokens of whole time steps and returns the mel frames (frames, bands) that they complete.</summary>
    /// <exception cref="ArgumentException">The tokens do not fill whole time steps, or one is out of range; none of them is taken.</exception>
    public float[] Accept(ReadOnlySpan<int> tokens)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        TokenCheck.Require(tokens, _model.Options);
        return _decoder.Accept(tokens);
    }

    /// <summary>The clip is over: returns the frames that are left. Another clip may follow.</summary>
    public float[] Flush()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return _decoder.Flush();
    }

    /// <summary>Forgets the clip: what comes next is the beginning of another.</summary>
    public void Reset()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        _decoder.Reset();
    }

    /// <summary>Where the stream stands: a few kilobytes, enough to go on in another process with the same model.</summary>
    public byte[] SaveState()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return StreamState.Save(Kind, _model.Fingerprint, _decoder.Save);
    }

    /// <summary>Goes on from where a stream stood. After an error the stream is at the beginning of a clip.</summary>
    /// <exception cref="InvalidDataException">The state is damaged, or of another model; the message says which.</exception>
    public void RestoreState(byte[] state)
    {
        ArgumentNullException.ThrowIfNull(state);
        Reset();
        try
        {
            StreamState.Restore(state, Kind, _model.Fingerprint, _decoder.Restore);
        }
        catch
        {
            Reset();
            throw;
        }
    }

    /// <summary>Frees what the stream remembers, but not the model.</summary>
    public void Dispose()
    {
        _disposed = true;
        _decoder.Dispose();
    }
}
