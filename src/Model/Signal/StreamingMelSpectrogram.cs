using System.Numerics;
using AudioBsq.Signal.Fft;

namespace AudioBsq.Signal;

/// <summary>
/// Mel frames of a waveform that comes in piece by piece, in constant memory. However it is cut, the frames are bit for bit those of
/// <see cref="MelSpectrogram.Extract(ReadOnlySpan{float})"/>. A frame is returned as soon as its whole window is known: half a window
/// after its centre. Belongs to one thread at a time.
/// </summary>
public sealed class StreamingMelSpectrogram
{
    private const int MinCapacity = 4096;

    private readonly MelSpectrogram _mel;
    private readonly Stft _stft;
    private readonly FftBuffer _spectra;
    private readonly Vector<float>[] _power, _bands;
    private readonly int _half;
    private readonly SlidingBuffer<float> _held; // starts with the mirrored waveform: sample 0 is at half a window, frame t at t · hop

    /// <summary>Prepares window, transform and filter bank.</summary>
    /// <inheritdoc cref="StreamingMelSpectrogram(MelSpectrogram)"/>
    public StreamingMelSpectrogram(MelOptions options) : this(new MelSpectrogram(options))
    {
    }

    /// <summary>Shares what <paramref name="mel"/> has prepared.</summary>
    /// <exception cref="NotSupportedException">
    /// The levels are <see cref="MelLevel.FileMaximum"/>, which depend on the whole file.
    /// </exception>
    public StreamingMelSpectrogram(MelSpectrogram mel)
    {
        ArgumentNullException.ThrowIfNull(mel);
        if (mel.Options.Level == MelLevel.FileMaximum)
        {
            throw new NotSupportedException(
                "MelLevel.FileMaximum depends on the loudest moment of the whole file, which a stream does not know: "
                + "use MelLevel.FullScale, or MelSpectrogram.Extract on whole files.");
        }

        (_mel, _stft, _half) = (mel, mel.Stfts[0], mel.Options.FftLength / 2);
        (_spectra, _power, _bands) = (new FftBuffer(_stft.Bins), new Vector<float>[_stft.Bins], new Vector<float>[Options.ValuesPerFrame]);
        int batch = FrameBatch.Size * _stft.Hop;
        _held = new SlidingBuffer<float>(_stft.Length + batch + Math.Max(MinCapacity, Math.Max(batch, _half)), spare: batch);
        Reset();
    }

    /// <summary>How the frames are made.</summary>
    public MelOptions Options => _mel.Options;

    /// <summary>Samples accepted so far.</summary>
    public long Samples { get; private set; }

    /// <summary>Frames returned so far.</summary>
    public long Frames { get; private set; }

    /// <summary>
    /// Adds the next samples, any number of them, and returns the frames that they complete: (frames, values), row by row.
    /// </summary>
    /// <exception cref="ArgumentException">
    /// A sample is not a finite number, or the frames are too many for one array. The stream is unchanged then.
    /// </exception>
    public float[] Accept(ReadOnlySpan<float> samples)
    {
        Signal.Samples.Require(samples, before: Samples);
        long frames = Complete(Samples + samples.Length) - Frames;
        if (frames * Options.ValuesPerFrame > Array.MaxLength)
        {
            throw new ArgumentException(
                $"{samples.Length:N0} samples complete {frames:N0} frames of {Options.ValuesPerFrame} values, more than one array holds: "
                + "pass smaller pieces.", nameof(samples));
        }

        float[] mel = Rows(frames);
        for (int done = 0; !samples.IsEmpty;)
        {
            int added = _held.AddWhatFits(samples);
            samples = samples[added..];
            Samples += added;
            if (Frames == 0 && Samples > _half) MirrorStart();
            done += Extract(mel, done, Complete(Samples), onlyWholeBatches: !samples.IsEmpty);
        }

        MelLevels.FromPower(mel, Options);
        return mel;
    }

    /// <summary>
    /// Ends the waveform: returns the frames that reach beyond its end, where it is mirrored. All calls together return 1 + samples / hop
    /// frames, or none for an empty waveform. Another waveform may follow.
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
            _held.AddWhatFits(end);
            Extract(mel, 0, frames, onlyWholeBatches: false);
            MelLevels.FromPower(mel, Options);
        }

        Reset();
        return mel;
    }

    /// <summary>Drops the waveform; another one may follow.</summary>
    public void Reset()
    {
        (Samples, Frames) = (0, 0);
        _held.Clear();
        _held.AddWhatFits(new float[_half]);
    }

    /// <summary>Writes the state from which <see cref="Restore"/> continues.</summary>
    internal void Save(BinaryWriter to)
    {
        to.Write(Samples);
        to.Write(Frames);
        _held.Save(to);
    }

    /// <summary>Continues from a saved state of an instance with the same options.</summary>
    /// <exception cref="InvalidDataException">This is no such state. The instance is unchanged.</exception>
    internal void Restore(BinaryReader from)
    {
        try
        {
            long samples = from.ReadInt64(), frames = from.ReadInt64();
            if (samples is < 0 or > WaveformState.MaxSamples || frames != Complete(samples))
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

    // Frames that depend on the first samples only, counting what is mirrored before the start.
    private long Complete(long samples) => samples <= _half ? 0 : 1 + (samples - _half) / _stft.Hop;

    // The start of the next frame, or the last sample, which mirroring at the end needs.
    private long FirstNeeded(long samples, long frames) => Math.Max(0, Math.Min(frames * _stft.Hop, samples - 1));

    private float[] Rows(long frames) => frames == 0 ? [] : new float[frames * Options.ValuesPerFrame];

    private void MirrorStart()
    {
        var held = _held.Values;
        for (int i = 1; i <= _half; i++) held[_half - i] = held[_half + (int)Stft.Mirror(-i, Samples)];
    }

    // Writes the power of the next complete frames into the rows, from the first row on; returns their number.
    private int Extract(float[] rows, int firstRow, long complete, bool onlyWholeBatches)
    {
        int done = 0, left = (int)(complete - Frames);
        while (onlyWholeBatches ? left - done >= FrameBatch.Size : done < left)
        {
            for (int scale = 0; scale < _mel.Stfts.Count; scale++)
            {
                _mel.Stfts[scale].Analyze(_held.From((Frames + done) * _stft.Hop), 0, _stft.Hop, _spectra);
                _spectra.Power(_power);
                _mel.FilterBank.Apply(_power, _bands.AsSpan(scale * Options.Bands, Options.Bands));
            }

            BatchRows.Store(_bands, rows, firstRow + done, firstRow + left);
            done += Math.Min(FrameBatch.Size, left - done);
        }

        Frames += done;
        _held.DropBefore(FirstNeeded(Samples, Frames));
        return done;
    }
}
