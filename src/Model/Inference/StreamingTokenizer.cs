using System.Runtime.CompilerServices;
using AudioBsq.Persistence;
using AudioBsq.Signal;

namespace AudioBsq.Inference;

/// <summary>
/// Turns sound into tokens while it is still coming in. Start reading here. Each call adds samples, any number of them, and returns the
/// tokens that no later sample can change. However the sound is cut, together they are the tokens of the whole sound. Memory does not grow
/// with its length. Use it from one thread at a time; other streams may use the model meanwhile.
/// <c>AudioBsqModel.CreateStreamingTokenizer</c> makes one.
/// </summary>
/// <remarks>
/// With a causal model (<see cref="AudioBsqOptions.IsCausal"/>) a token comes once the last frame of its time step and half an analysis
/// window beyond that frame's centre are there (<see cref="Latency"/>). Any other model runs on whole windows, so tokens come a window at a
/// time.
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
    private readonly AudioBsqOptions _options;
    private readonly MelOptions _melOptions;
    private readonly StreamingMelSpectrogram _mel;
    private readonly StepStream<float, int> _encoder;
    private readonly StreamState _state;

    internal StreamingTokenizer(ModelContent model)
    {
        model.Require(ModelParts.Encoder, "encode");
        (_options, _melOptions) = (model.Options, model.Mel);
        (_mel, _encoder) = (new StreamingMelSpectrogram(model.Mel), EncoderStream.Of(model));
        _state = new StreamState("tokenizer", () => model.Fingerprint);
    }

    /// <summary>Samples of this sound so far.</summary>
    public long Samples => _mel.Samples;

    /// <summary>Tokens of this sound so far.</summary>
    public long Tokens { get; private set; }

    /// <summary>
    /// The longest time from a sample to the sample that completes its token: the frames of a time step, or of a window and its context for
    /// a model that is not causal, and half an analysis window. Computing time is not included.
    /// </summary>
    public TimeSpan Latency => TimeSpan.FromSeconds(LatencySamples / (double)_melOptions.SampleRate);

    /// <summary><see cref="Latency"/> in samples.</summary>
    public int LatencySamples => LatencyOf(_options, _melOptions);

    private StepStream<float, int> Encoder
    {
        get
        {
            ObjectDisposedException.ThrowIf(_encoder.IsDisposed, this);
            return _encoder;
        }
    }

    /// <summary>
    /// Adds samples, nominally −1 to 1, at the sample rate of the model's mel spectrograms, and returns the tokens that they complete.
    /// </summary>
    /// <exception cref="ArgumentException">A sample is not finite; none of them has been added.</exception>
    public int[] Accept(ReadOnlySpan<float> samples)
    {
        var encoder = Encoder;
        int[] tokens = encoder.Accept(_mel.Accept(samples));
        Tokens += tokens.Length;
        return tokens;
    }

    /// <summary>Ends the sound, and returns the tokens that are left. Another sound may follow.</summary>
    public int[] Flush()
    {
        var encoder = Encoder;
        int[] last = [.. encoder.Accept(_mel.Flush()), .. encoder.Flush()];
        Tokens = 0;
        return last;
    }

    /// <summary>Forgets the sound; another may follow.</summary>
    public void Reset()
    {
        Encoder.Reset();
        _mel.Reset();
        Tokens = 0;
    }

    /// <summary>
    /// Tokens as the pieces of a sound arrive, and at its end those that are left. The stream is then ready for another sound.
    /// </summary>
    /// <param name="samples">Pieces of any size, such as those of a microphone or a network.</param>
    /// <param name="cancellation">Checked between two pieces; the sound so far is forgotten then.</param>
    public async IAsyncEnumerable<int[]> TokenizeAsync(
        IAsyncEnumerable<ReadOnlyMemory<float>> samples, [EnumeratorCancellation] CancellationToken cancellation = default)
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
            if (!ended && !_encoder.IsDisposed) Reset();
        }
    }

    /// <summary>
    /// The state of the stream, with which another process can continue it with the same model and get the same tokens. A few hundred
    /// kilobytes at most for a causal model.
    /// </summary>
    public byte[] SaveState()
    {
        var encoder = Encoder;
        return _state.Save(to =>
        {
            to.Write(Tokens);
            _mel.Save(to);
            encoder.Save(to);
        });
    }

    /// <summary>Continues a stream from its saved state. After an error the stream is at the start of a sound.</summary>
    /// <exception cref="InvalidDataException">The state is damaged, or of another model; the message tells which.</exception>
    public void RestoreState(byte[] state)
    {
        var encoder = Encoder;
        _state.Restore(
            state,
            from =>
            {
                Tokens = from.ReadInt64();
                _mel.Restore(from);
                encoder.Restore(from);
            },
            Reset);
    }

    /// <summary>Frees the caches of the stream, but not the model.</summary>
    public void Dispose() => _encoder.Dispose();

    /// <summary><see cref="LatencySamples"/> of a model's streams.</summary>
    internal static int LatencyOf(AudioBsqOptions options, MelOptions mel) =>
        (options.IsCausal ? options.PatchFrames : options.WindowFrames - options.ContextFrames) * mel.HopLength + mel.FftLength / 2;
}
