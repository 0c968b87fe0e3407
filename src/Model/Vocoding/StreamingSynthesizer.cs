using AudioBsq.Signal;
using AudioBsq.Inference;

namespace AudioBsq.Vocoding;

/// <summary>
/// Sound that comes out while mel frames go in. However a clip is cut, the sound is that of <see cref="NeuralVocoder"/> within 1e-5 of its
/// peak, each frame goes through the network once, and memory does not grow. An instance is for one clip after the other, on one thread at a
/// time; any number of them may share a vocoder, which must not be disposed before they are done.
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
    private const string Kind = "synthesizer";

    private const long MostFrames = 1L << 40; // centuries

    private readonly NeuralVocoder _vocoder;
    private readonly int _needed;
    private readonly float _floor;
    private VocoderStream _stream;
    private float[] _recent = []; // the frames that Save writes

    /// <summary>A stream before its first frame.</summary>
    /// <exception cref="NotSupportedException">The vocoder's mel spectrograms are of <see cref="MelLevel.FileMaximum"/>.</exception>
    public StreamingSynthesizer(NeuralVocoder vocoder)
    {
        ArgumentNullException.ThrowIfNull(vocoder);
        if (vocoder.Mel.Level == MelLevel.FileMaximum)
        {
            throw new NotSupportedException(
                "Silence of MelLevel.FileMaximum lies below the loudest moment of the whole clip, which a stream does not know yet: call Synthesize with the whole mel, or train a vocoder for another level, such as FullScale.");
        }

        (_vocoder, _floor, _needed) = (vocoder, MelLevels.FloorOf([], vocoder.Mel), VocoderStream.Needed(vocoder.Options, vocoder.Mel));
        _stream = new VocoderStream(vocoder);
        LookAheadSamples = vocoder.Options.FramesAfter * vocoder.Mel.HopLength + vocoder.Mel.FftLength / 2;
    }

    /// <summary>
    /// Samples by which the sound lags until <see cref="Flush"/>: n frames give n · hop − <see cref="LookAheadSamples"/> of them, or none. It is the
    /// network's frames after a frame (<see cref="VocoderOptions.FramesAfter"/>) and half a window of the transform: the sound at a frame's centre is
    /// out as soon as the frames have come whose centres lie nearer than that.
    /// </summary>
    public int LookAheadSamples { get; }

    /// <summary><see cref="LookAheadSamples"/> as time. Computing comes on top.</summary>
    public TimeSpan LookAhead => TimeSpan.FromSeconds((double)LookAheadSamples / _vocoder.Mel.SampleRate);

    /// <summary>Takes the clip's next frames and returns the samples that no later frame can change, from where the last call ended; often none at first.</summary>
    /// <param name="mel">Any number of whole frames (frames, bands) in the unit of <see cref="MelOptions.Level"/>.</param>
    /// <exception cref="ArgumentException">The mel has no whole frames, holds an impossible level, or makes more samples than one array holds; nothing was taken.</exception>
    public float[] Accept(ReadOnlySpan<float> mel)
    {
        int frames = MelInversion.FramesOf(mel.Length, _vocoder.Mel.Bands, nameof(mel));
        if ((long)frames * _vocoder.Mel.HopLength > Array.MaxLength) throw new ArgumentException($"{frames:N0} frames make more samples than one array holds: give them in parts.", nameof(mel));
        float[] power = Power(mel);
        if (frames == 0) return [];
        var next = _stream.Copy();
        float[] sound = Run(next, power);
        (_stream, _recent) = (next, Recent(mel));
        return sound;
    }

    /// <summary>Ends the clip: returns the samples that are left. What is accepted next is another clip.</summary>
    /// <param name="samples">
    /// Length of the whole clip, with what was returned before; one that gives its frames: from (frames − 1) · hop, which is the default, to
    /// frames · hop − 1. No frames give no samples.
    /// </param>
    /// <exception cref="ArgumentException">The length does not fit the frames; nothing has changed.</exception>
    public float[] Flush(long? samples = null)
    {
        long length = SynthesisLength.Of(_stream.Frames, _vocoder.Mel.HopLength, samples);
        float[] sound = _stream.Copy().End(length);
        Reset();
        return sound;
    }

    /// <summary>Forgets the clip; what is accepted next is another one.</summary>
    public void Reset() => (_stream, _recent) = (new VocoderStream(_vocoder), []);

    /// <summary>Where the stream stands: the frames that sound still depends on, enough to go on in another process with the same vocoder.</summary>
    public byte[] SaveState() => StreamState.Save(Kind, _vocoder.Fingerprint, Save);

    /// <summary>Goes on from where a stream stood.</summary>
    /// <exception cref="InvalidDataException">The state is damaged, or of another vocoder; the message says which. Nothing has changed.</exception>
    public void RestoreState(byte[] state)
    {
        ArgumentNullException.ThrowIfNull(state);
        StreamState.Restore(state, Kind, _vocoder.Fingerprint, Restore);
    }

    /// <summary>Writes where the stream stands: frames accepted, and the last of them.</summary>
    internal void Save(BinaryWriter writer)
    {
        writer.Write(_stream.Frames);
        writer.Write(_recent.Length);
        foreach (float level in _recent) writer.Write(level);
    }

    /// <summary>Goes on where the stream stood that was saved, of a vocoder with the same weights, but for rounding.</summary>
    /// <exception cref="InvalidDataException">That is no state of such a stream; nothing has changed.</exception>
    internal void Restore(BinaryReader reader)
    {
        try
        {
            long frames = reader.ReadInt64();
            if (frames is < 0 or > MostFrames) throw new InvalidDataException($"A stream cannot have had {frames:N0} frames.");
            int expected = (int)Math.Min(frames, _needed) * _vocoder.Mel.Bands, length = reader.ReadInt32();
            if (length != expected) throw new InvalidDataException($"A stream of this vocoder remembers {expected:N0} levels after {frames:N0} frames, not {length:N0}.");
            float[] recent = new float[length];
            for (int i = 0; i < length; i++) recent[i] = reader.ReadSingle();
            var stream = new VocoderStream(_vocoder, frames - length / _vocoder.Mel.Bands);
            stream.Learn(Power(recent));
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

    // In pieces that need no more memory than a window of Synthesize.
    private float[] Run(VocoderStream stream, float[] power)
    {
        int piece = new VocoderWindows(_vocoder).WindowFrames * _vocoder.Mel.Bands;
        if (power.Length <= piece) return stream.Next(power);
        var sound = new List<float>();
        foreach (float[] part in power.Chunk(piece)) sound.AddRange(stream.Next(part));
        return [.. sound];
    }

    private float[] Recent(ReadOnlySpan<float> mel)
    {
        int most = _needed * _vocoder.Mel.Bands, old = Math.Clamp(most - mel.Length, 0, _recent.Length);
        return [.. _recent.AsSpan(_recent.Length - old), .. mel[Math.Max(0, mel.Length - most)..]];
    }
}
