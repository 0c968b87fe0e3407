using System.Numerics;

namespace AudioBsq.Signal;

/// <summary>
/// Mel frames of a waveform that comes in piece by piece, in constant memory. However it is cut, the frames are bit for bit those of
/// <see cref="MelSpectrogram.Extract"/>. A frame is given as soon as its whole window is there: half a window after its centre.
/// Belongs to one thread at a time.
/// </summary>
public sealed class StreamingMelSpectrogram
{
    private const int LeastRoom = 4096;

    private readonly MelSpectrogram _mel;
    private readonly Stft _stft;
    private readonly LaneBuffer _spectra;
    private readonly Vector<float>[] _power, _bands;
    private readonly int _half;
    private readonly HeldSamples _held; // the waveform with its mirror image in front, so sample 0 is at half a window and frame t at t·hop

    /// <summary>Prepares window, transform and filter bank.</summary>
    /// <inheritdoc cref="StreamingMelSpectrogram(MelSpectrogram)"/>
    public StreamingMelSpectrogram(MelOptions options) : this(new MelSpectrogram(options))
    {
    }

    /// <summary>Shares what <paramref name="mel"/> has prepared.</summary>
    /// <exception cref="NotSupportedException">The levels are <see cref="MelLevel.FileMaximum"/>, which only the whole file can tell.</exception>
    public StreamingMelSpectrogram(MelSpectrogram mel)
    {
        ArgumentNullException.ThrowIfNull(mel);
        if (mel.Options.Level == MelLevel.FileMaximum)
        {
            throw new NotSupportedException(
                "MelLevel.FileMaximum depends on the loudest moment of the whole file, which a stream does not know: use MelLevel.FullScale, or MelSpectrogram.Extract on whole files.");
        }

        (_mel, _stft, _half) = (mel, mel.Stft, mel.Stft.Length / 2);
        (_spectra, _power, _bands) = (new LaneBuffer(_stft.Bins), new Vector<float>[_stft.Bins], new Vector<float>[Options.Bands]);
        int block = LaneFrames.Lanes * _stft.Hop;
        _held = new HeldSamples(_stft.Length + block + Math.Max(LeastRoom, Math.Max(block, _half)), spare: block);
        Reset();
    }

    /// <summary>How the frames are made.</summary>
    public MelOptions Options => _mel.Options;

    /// <summary>Samples accepted so far.</summary>
    public long Samples { get; private set; }

    /// <summary>Frames given so far.</summary>
    public long Frames { get; private set; }

    /// <summary>Takes the next samples, any number of them, and gives the frames that they complete: (frames, bands), row by row.</summary>
    /// <exception cref="ArgumentException">
    /// A sample is not a finite number, or the frames are too many for one array. Nothing of the piece is taken then.
    /// </exception>
    public float[] Accept(ReadOnlySpan<float> samples)
    {
        Signal.Samples.Require(samples, before: Samples);
        long frames = Complete(Samples + samples.Length) - Frames;
        if (frames * Options.Bands > Array.MaxLength)
            throw new ArgumentException($"{samples.Length:N0} samples complete {frames:N0} frames of {Options.Bands} bands, more than one array holds: give smaller pieces.", nameof(samples));

        float[] mel = Rows(frames);
        for (int given = 0; !samples.IsEmpty;)
        {
            int taken = _held.Add(samples);
            samples = samples[taken..];
            Samples += taken;
            if (Frames == 0 && Samples > _half) MirrorStart();
            given += Extract(mel, given, Complete(Samples), onlyWholeBlocks: !samples.IsEmpty);
        }

        MelLevels.FromPower(mel, Options);
        return mel;
    }

    /// <summary>
    /// Ends the waveform: gives the frames that reach over its end, where it is mirrored, so that there are 1 + samples / hop in all,
    /// or none for an empty one. Another waveform may follow.
    /// </summary>
    public float[] Flush()
    {
        long frames = Options.FramesOf(Samples);
        float[] mel = Rows(frames - Frames);
        if (mel.Length > 0)
        {
            if (Frames == 0) MirrorStart();
            float[] end = new float[_half];
            for (int i = 0; i < end.Length; i++) end[i] = _held.From(_half + Stft.Mirror(Samples + i, Samples))[0];
            _held.Add(end);
            Extract(mel, 0, frames, onlyWholeBlocks: false);
            MelLevels.FromPower(mel, Options);
        }

        Reset();
        return mel;
    }

    /// <summary>Forgets the waveform: what follows is the start of another one.</summary>
    public void Reset()
    {
        (Samples, Frames) = (0, 0);
        _held.Clear();
        _held.Add(new float[_half]);
    }

    /// <summary>Writes what <see cref="Restore"/> needs to go on from here.</summary>
    internal void Save(BinaryWriter to)
    {
        to.Write(Samples);
        to.Write(Frames);
        _held.Save(to);
    }

    /// <summary>Goes on where <see cref="Save"/> was called, on an instance with the same options.</summary>
    /// <exception cref="InvalidDataException">This is no such state. The instance is as it was before.</exception>
    internal void Restore(BinaryReader from)
    {
        try
        {
            long samples = from.ReadInt64(), frames = from.ReadInt64();
            if (samples is < 0 or > HeldSamples.MostSamples || frames != Complete(samples))
                throw new InvalidDataException($"The state of a mel stream claims {frames} frames of {samples} samples.");
            long start = FirstNeeded(samples, frames);
            _held.Restore(from, start, samples + _half - start);
            (Samples, Frames) = (samples, frames);
        }
        catch (EndOfStreamException e)
        {
            throw new InvalidDataException("The state of a mel stream ends too early.", e);
        }
    }

    // Frames whose windows, and the samples that mirroring at the start puts there, are all among the first samples.
    private long Complete(long samples) => samples <= _half ? 0 : 1 + (samples - _half) / _stft.Hop;

    // The next frame starts there, or what the end is mirrored from.
    private long FirstNeeded(long samples, long frames) => Math.Max(0, Math.Min(frames * _stft.Hop, samples - 1));

    private float[] Rows(long frames) => frames == 0 ? [] : new float[frames * Options.Bands];

    private void MirrorStart()
    {
        var held = _held.Samples;
        for (int i = 1; i <= _half; i++) held[_half - i] = held[_half + (int)Stft.Mirror(-i, Samples)];
    }

    // Power of the frames that are complete and not given, into the rows from the given one on.
    private int Extract(float[] rows, int firstRow, long complete, bool onlyWholeBlocks)
    {
        int done = 0, left = (int)(complete - Frames);
        while (onlyWholeBlocks ? left - done >= LaneFrames.Lanes : done < left)
        {
            _stft.Analyze(_held.From((Frames + done) * _stft.Hop), 0, _stft.Hop, _spectra);
            _spectra.Power(_power);
            _mel.FilterBank.Apply(_power, _bands);
            Stft.Scatter(_bands, rows, firstRow + done, firstRow + left);
            done += Math.Min(LaneFrames.Lanes, left - done);
        }

        Frames += done;
        _held.DropBefore(FirstNeeded(Samples, Frames));
        return done;
    }
}
