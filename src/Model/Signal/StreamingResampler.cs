namespace AudioBsq.Signal;

/// <summary>
/// Changes the sample rate of a waveform that comes in piece by piece, in constant memory. However it is cut, the samples are bit for
/// bit those of <see cref="Resampler.Process"/>. Belongs to one thread at a time.
/// </summary>
/// <remarks>A sample comes out as soon as the filter's reach after it is in: about 67 periods of the lower rate, or 6 with <see cref="ResamplingFilter.Hann"/>.</remarks>
public sealed class StreamingResampler
{
    private const int LeastRoom = 4096;

    private readonly Resampler _resampler;
    private readonly HeldSamples _held;

    /// <summary>Designs the filter for one pair of rates, or takes it from a small cache. Equal rates pass samples through.</summary>
    /// <inheritdoc cref="Resampler(int, int, ResamplingFilter)"/>
    public StreamingResampler(int fromRate, int toRate, ResamplingFilter filter = ResamplingFilter.Kaiser)
    {
        _resampler = new Resampler(fromRate, toRate, filter);
        int taps = _resampler.Filter is { } f ? 2 * f.Reach : 0;
        _held = new HeldSamples(taps == 0 ? 0 : taps + Math.Max(LeastRoom, taps));
    }

    /// <summary>Samples per second going in, in Hz.</summary>
    public int FromRate => _resampler.FromRate;

    /// <summary>Samples per second coming out, in Hz.</summary>
    public int ToRate => _resampler.ToRate;

    /// <summary>Samples accepted so far.</summary>
    public long Samples { get; private set; }

    /// <summary>Samples given so far, at <see cref="ToRate"/>.</summary>
    public long Resampled { get; private set; }

    /// <summary>Takes the next samples, any number of them, and gives those that they complete.</summary>
    /// <exception cref="ArgumentException">
    /// A sample is not a finite number, or too many samples would come out. Nothing of the piece is taken then.
    /// </exception>
    public float[] Accept(ReadOnlySpan<float> samples)
    {
        Signal.Samples.Require(samples, before: Samples);
        long length = Complete(Samples + samples.Length) - Resampled;
        if (length > Array.MaxLength)
            throw new ArgumentException($"{samples.Length:N0} samples from {FromRate} to {ToRate} Hz are {length:N0}: give smaller pieces.", nameof(samples));
        if (_resampler.Filter is null)
        {
            Samples = Resampled += samples.Length;
            return samples.ToArray();
        }

        float[] output = New(length);
        for (int given = 0; !samples.IsEmpty;)
        {
            int taken = _held.Add(samples);
            samples = samples[taken..];
            Samples += taken;
            int count = (int)(Complete(Samples) - Resampled);
            Run(output.AsSpan(given, count));
            given += count;
        }

        return output;
    }

    /// <summary>Ends the waveform: gives the samples near its end, after which it counts as silent. Another waveform may follow.</summary>
    public float[] Flush()
    {
        float[] output = New(_resampler.LengthOf(Samples) - Resampled);
        Run(output);
        Reset();
        return output;
    }

    /// <summary>Forgets the waveform: what follows is the start of another one.</summary>
    public void Reset()
    {
        (Samples, Resampled) = (0, 0);
        _held.Clear();
    }

    /// <summary>Writes what <see cref="Restore"/> needs to go on from here.</summary>
    internal void Save(BinaryWriter to)
    {
        to.Write(Samples);
        to.Write(Resampled);
        _held.Save(to);
    }

    /// <summary>Goes on where <see cref="Save"/> was called, on an instance for the same rates and with the same filter.</summary>
    /// <exception cref="InvalidDataException">This is no such state. The instance is as it was before.</exception>
    internal void Restore(BinaryReader from)
    {
        try
        {
            long samples = from.ReadInt64(), resampled = from.ReadInt64();
            if (samples is < 0 or > HeldSamples.MostSamples || resampled != Complete(samples))
                throw new InvalidDataException($"The state of a resampler claims {resampled} samples of {samples}.");
            long start = FirstNeeded(resampled);
            _held.Restore(from, start, _resampler.Filter is null ? 0 : samples - start);
            (Samples, Resampled) = (samples, resampled);
        }
        catch (EndOfStreamException e)
        {
            throw new InvalidDataException("The state of a resampler ends too early.", e);
        }
    }

    // Samples that hear nothing of what follows the first samples.
    private long Complete(long samples) => _resampler.LengthOf(Math.Max(0, samples - (_resampler.Filter?.Reach ?? 0)));

    private long FirstNeeded(long output) => _resampler.Filter is { } filter ? Math.Max(0, filter.PlaceOf(output).First) : 0;

    private static float[] New(long length) => length == 0 ? [] : new float[length];

    private void Run(Span<float> output)
    {
        if (output.IsEmpty) return;
        _resampler.Filter!.Run(_held.Samples, output, _held.Start, Resampled);
        Resampled += output.Length;
        _held.DropBefore(FirstNeeded(Resampled));
    }
}
