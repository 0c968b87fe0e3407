using AudioBsq.Inference;
using AudioBsq.Signal;

namespace AudioBsq.Vocoding;

/// <summary>
/// Synthesizes sound while mel frames are still coming in. However a clip is cut, the sound is that of <see cref="NeuralVocoder"/> within
/// 1e-5 of its peak. Each frame goes through the network once, and memory does not grow with the length. Clips may follow one another. Use
/// it from one thread at a time; any number of streams may share a vocoder, which must outlive them.
/// </summary>
/// <example>
/// <code>
/// var stream = new StreamingSynthesizer(vocoder);
/// foreach (float[] frames in incoming) Play(stream.Accept(frames));
/// Play(stream.Flush());
/// </code>
/// </example>
public sealed class StreamingSynthesizer
{
    private readonly NeuralVocoder _vocoder;
    private readonly StreamState _state;
    private readonly float _floor;
    private VocoderStream _stream;
    private RecentFrames _recent;

    /// <summary>A stream before its first frame.</summary>
    /// <exception cref="NotSupportedException">The vocoder's mel spectrograms are of <see cref="MelLevel.FileMaximum"/>.</exception>
    public StreamingSynthesizer(NeuralVocoder vocoder)
    {
        ArgumentNullException.ThrowIfNull(vocoder);
        if (vocoder.Mel.Level == MelLevel.FileMaximum)
        {
            throw new NotSupportedException(
                "Silence of MelLevel.FileMaximum depends on the loudest moment of the whole clip, which a stream does not know yet: "
                + "call Synthesize with the whole mel, or train a vocoder for another level, such as FullScale.");
        }

        (_vocoder, _floor) = (vocoder, MelLevels.FloorOf([], vocoder.Mel));
        _state = new StreamState("synthesizer", () => vocoder.Fingerprint);
        (_stream, _recent) = (new VocoderStream(vocoder), new RecentFrames(vocoder));
        LookAheadSamples = vocoder.Options.FramesAfter * vocoder.Mel.HopLength + vocoder.Mel.FftLength / 2;
    }

    /// <summary>
    /// Samples by which the sound lags until <see cref="Flush"/>: n frames give n · hop − <see cref="LookAheadSamples"/> of them, or none.
    /// The lag is the network's look-ahead (<see cref="VocoderOptions.FramesAfter"/>) and half a window of the transform.
    /// </summary>
    public int LookAheadSamples { get; }

    /// <summary><see cref="LookAheadSamples"/> as time. Computing time is not included.</summary>
    public TimeSpan LookAhead => TimeSpan.FromSeconds((double)LookAheadSamples / _vocoder.Mel.SampleRate);

    /// <summary>
    /// Adds the clip's next frames, and returns the samples that no later frame can change, from where the last call ended; often none at
    /// first.
    /// </summary>
    /// <param name="mel">Any number of whole frames (frames, bands) in the unit of <see cref="MelOptions.Level"/>.</param>
    /// <exception cref="ArgumentException">
    /// The mel has a partial frame or an impossible level, or gives more samples than one array can have; none of it has been added.
    /// </exception>
    public float[] Accept(ReadOnlySpan<float> mel)
    {
        int frames = MelInversion.FramesOf(mel.Length, _vocoder.Mel.Bands, nameof(mel));
        if ((long)frames * _vocoder.Mel.HopLength > Array.MaxLength)
            throw new ArgumentException($"{frames:N0} frames give more samples than one array can have: add them in parts.", nameof(mel));
        float[] power = Power(mel);
        if (frames == 0) return [];
        var next = _stream.Copy();
        float[] sound = Run(next, power);
        (_stream, _recent) = (next, _recent.Append(mel));
        return sound;
    }

    /// <summary>Ends the clip, and returns the samples that are left. Another clip may follow.</summary>
    /// <param name="samples">
    /// Length of the whole clip, including what was returned before; one that gives its frames: from (frames − 1) · hop, which is the
    /// default, to frames · hop − 1. No frames give no samples.
    /// </param>
    /// <exception cref="ArgumentException">The length does not fit the frames; nothing has changed.</exception>
    public float[] Flush(long? samples = null)
    {
        long length = SynthesisLength.Of(_stream.Frames, _vocoder.Mel.HopLength, samples);
        float[] sound = _stream.Copy().End(length);
        Reset();
        return sound;
    }

    /// <summary>Forgets the clip; another may follow.</summary>
    public void Reset() => (_stream, _recent) = (new VocoderStream(_vocoder), new RecentFrames(_vocoder));

    /// <summary>The state of the stream: the frames that later sound depends on, with which another process can continue it.</summary>
    public byte[] SaveState() => _state.Save(Save);

    /// <summary>Continues a stream from its saved state.</summary>
    /// <exception cref="InvalidDataException">
    /// The state is damaged, or of another vocoder; the message tells which. Nothing has changed.
    /// </exception>
    public void RestoreState(byte[] state) => _state.Restore(state, Restore);

    /// <summary>Writes the state without fingerprint and checksum.</summary>
    internal void Save(BinaryWriter writer) => _recent.Save(writer);

    /// <summary>
    /// Continues the stream whose state was saved, with a vocoder of the same weights. The sound is the same except for rounding.
    /// </summary>
    /// <exception cref="InvalidDataException">No such stream can have that state; nothing has changed.</exception>
    internal void Restore(BinaryReader reader)
    {
        try
        {
            var recent = new RecentFrames(_vocoder).Read(reader);
            var stream = new VocoderStream(_vocoder, recent.FramesBefore);
            stream.AddSilently(Power(recent.Levels));
            (_stream, _recent) = (stream, recent);
        }
        catch (Exception cause) when (cause is EndOfStreamException or ArgumentException)
        {
            throw new InvalidDataException($"The state of a stream is damaged: {cause.Message}", cause);
        }
    }

    private float[] Power(ReadOnlySpan<float> mel)
    {
        float[] power = mel.ToArray();
        MelLevels.ToPower(power, _vocoder.Mel, _floor);
        return power;
    }

    // In parts that need no more memory than a window of Synthesize.
    private float[] Run(VocoderStream stream, float[] power)
    {
        int part = new VocoderWindows(_vocoder).WindowFrames * _vocoder.Mel.Bands;
        if (power.Length <= part) return stream.Next(power);
        var sound = new List<float>();
        foreach (float[] frames in power.Chunk(part)) sound.AddRange(stream.Next(frames));
        return [.. sound];
    }
}
