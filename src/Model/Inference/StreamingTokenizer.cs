using System.Runtime.CompilerServices;
using AudioBsq.Persistence;
using AudioBsq.Signal;

namespace AudioBsq.Inference;

/// <summary>
/// Turns one sound after another into tokens while it is still coming in. Start reading here. A piece of any size goes in, and the tokens come out
/// that are certain by then. However the sound is cut, they are the tokens of the whole sound. Memory does not grow with the sound. Belongs to one
/// thread at a time; the model may serve others meanwhile. <c>AudioBsqModel.CreateStreamingTokenizer</c> makes one.
/// </summary>
/// <remarks>
/// With a causal model (<see cref="AudioBsqOptions.IsCausal"/>) a token waits for the last frame of its time step and half a window behind that
/// frame's centre (<see cref="Latency"/>). Any other model sees whole windows, so tokens come a window at a time.
/// </remarks>
/// <example>
/// <code>
/// using var stream = model.CreateStreamingTokenizer();
/// while (microphone.Read(samples) is var count and > 0) Send(stream.Accept(samples.AsSpan(0, count)));
/// Send(stream.Flush());
/// </code>
/// </example>
public sealed class StreamingTokenizer : IDisposable
{
    private const string Kind = "tokenizer";

    private readonly ModelContent _model;
    private readonly StreamingMelSpectrogram _mel;
    private readonly StepStream<float, int> _encoder;
    private bool _disposed;

    internal StreamingTokenizer(ModelContent model)
    {
        model.Require(ModelParts.Encoder, "encode");
        (_model, _mel, _encoder) = (model, new StreamingMelSpectrogram(model.Mel), EncoderStream.Of(model));
    }

    /// <summary>Samples of this sound so far.</summary>
    public long Samples => _mel.Samples;

    /// <summary>Tokens of this sound so far.</summary>
    public long Tokens { get; private set; }

    /// <summary>
    /// The longest time from a sample's arrival to that of the sample which completes its token: the frames of a time step, or of a window and its context for a
    /// model that is not causal, and half an analysis window. Time for computing comes on top.
    /// </summary>
    public TimeSpan Latency => TimeSpan.FromSeconds(LatencySamples / (double)_model.Mel.SampleRate);

    /// <summary><see cref="Latency"/> in samples.</summary>
    public int LatencySamples => LatencyOf(_model.Options, _model.Mel);

    /// <summary>Takes samples, nominally from −1 to 1 at the sample rate of the model's mel spectrograms, and returns the tokens that they complete.</summary>
    /// <exception cref="ArgumentException">A sample is not a finite number; none of them is taken.</exception>
    public int[] Accept(ReadOnlySpan<float> samples)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return Count(_encoder.Accept(_mel.Accept(samples)));
    }

    /// <summary>The sound is over: returns the tokens that are left, of all its frames. Another sound may follow.</summary>
    public int[] Flush()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        int[] last = [.. _encoder.Accept(_mel.Flush()), .. _encoder.Flush()];
        Tokens = 0;
        return last;
    }

    /// <summary>Forgets the sound: what comes next is the beginning of another.</summary>
    public void Reset()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        _mel.Reset();
        _encoder.Reset();
        Tokens = 0;
    }

    /// <summary>The tokens of a sound that comes in pieces, as they come. At its end the rest follows, and the stream is ready for another sound.</summary>
    /// <param name="samples">Pieces of any size, such as those of a microphone or a network.</param>
    /// <param name="cancellation">Looked at between two pieces; what came so far is forgotten then.</param>
    public async IAsyncEnumerable<int[]> TokenizeAsync(IAsyncEnumerable<ReadOnlyMemory<float>> samples, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(samples);
        Reset();
        bool ended = false;
        try
        {
            await foreach (var piece in samples.WithCancellation(cancellation).ConfigureAwait(false))
            {
                int[] tokens = Accept(piece.Span);
                if (tokens.Length > 0) yield return tokens;
            }

            int[] last = Flush();
            ended = true;
            if (last.Length > 0) yield return last;
        }
        finally
        {
            if (!ended && !_disposed) Reset();
        }
    }

    /// <summary>
    /// Where the stream stands, in a few hundred kilobytes at most for a causal model: enough to go on in another process with the same model, and to
    /// get the same tokens.
    /// </summary>
    public byte[] SaveState()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return StreamState.Save(Kind, _model.Fingerprint, to =>
        {
            to.Write(Tokens);
            _mel.Save(to);
            _encoder.Save(to);
        });
    }

    /// <summary>Goes on from where a stream stood. After an error the stream is at the beginning of a sound.</summary>
    /// <exception cref="InvalidDataException">The state is damaged, or of another model; the message says which.</exception>
    public void RestoreState(byte[] state)
    {
        ArgumentNullException.ThrowIfNull(state);
        Reset();
        try
        {
            StreamState.Restore(state, Kind, _model.Fingerprint, from =>
            {
                Tokens = from.ReadInt64();
                _mel.Restore(from);
                _encoder.Restore(from);
            });
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
        _encoder.Dispose();
    }

    /// <summary><see cref="LatencySamples"/> of a model's streams.</summary>
    internal static int LatencyOf(AudioBsqOptions options, MelOptions mel) =>
        (options.IsCausal ? options.PatchFrames : options.WindowFrames - options.ContextFrames) * mel.HopLength + mel.FftLength / 2;

    private int[] Count(int[] tokens)
    {
        Tokens += tokens.Length;
        return tokens;
    }
}
