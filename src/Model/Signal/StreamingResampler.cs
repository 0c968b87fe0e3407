namespace AudioBsq.Signal;

/// <summary>
/// Changes the sample rate of a waveform that comes in piece by piece, in constant memory. However it is cut, the samples are bit for
/// bit those of <see cref="Resampler.Process"/>. Belongs to one thread at a time.
/// </summary>
/// <remarks>
/// A sample is returned once the input covers the filter's reach after it: about 67 periods of the lower rate, or 6 with
/// <see cref="ResamplingFilter.Hann"/>.
/// </remarks>
public sealed class StreamingResampler
{
    private const int MinCapacity = 4096;

    private readonly Resampler _resampler;
    private readonly SlidingBuffer<float> _held;

    /// <summary>Designs the filter for one pair of rates, or finds it in a small cache. Equal rates pass samples through.</summary>
    /// <inheritdoc cref="Resampler(int, int, ResamplingFilter)"/>
    public StreamingResampler(int fromRate, int toRate, ResamplingFilter filter = ResamplingFilter.Kaiser)
    {
        _resampler = new Resampler(fromRate, toRate, filter);
        int taps = _resampler.Filter is { } f ? 2 * f.Reach : 0;
        _held = new SlidingBuffer<float>(taps == 0 ? 0 : taps + Math.Max(MinCapacity, taps));
    }

    /// <summary>Sample rate of the input, in Hz.</summary>
    public int FromRate => _resampler.FromRate;

    /// <summary>Sample rate of the output, in Hz.</summary>
    public int ToRate => _resampler.ToRate;

    /// <summary>Samples accepted so far.</summary>
    public long Samples { get; private set; }

    /// <summary>Samples returned so far, at <see cref="ToRate"/>.</summary>
    public long Resampled { get; private set; }

    /// <summary>Adds the next samples, any number of them, and returns the resampled ones that they complete.</summary>
    /// <exception cref="ArgumentException">
    /// A sample is not a finite number, or the output is too long for one array. The stream is unchanged then.
    /// </exception>
    public float[] Accept(ReadOnlySpan<float> samples)
    {
        Signal.Samples.Require(samples, before: Samples);
        long length = Complete(Samples + samples.Length) - Resampled;
        if (length > Array.MaxLength)
        {
            string size = $"{samples.Length:N0} samples from {FromRate} to {ToRate} Hz are {length:N0}";
            throw new ArgumentException($"{size}: pass smaller pieces.", nameof(samples));
        }

        if (_resampler.Filter is null)
        {
            Samples = Resampled += samples.Length;
            return samples.ToArray();
        }

        float[] output = New(length);
        for (int done = 0; !samples.IsEmpty;)
        {
            int added = _held.AddWhatFits(samples);
            samples = samples[added..];
            Samples += added;
            int count = (int)(Complete(Samples) - Resampled);
            Run(output.AsSpan(done, count));
            done += count;
        }

        return output;
    }

    /// <summary>
    /// Ends the waveform, which counts as silent from there on, and returns the last samples. Another waveform may follow.
    /// </summary>
    public float[] Flush()
    {
        float[] output = New(_resampler.LengthOf(Samples) - Resampled);
        Run(output);
        Reset();
        return output;
    }

    /// <summary>Drops the waveform; another one may follow.</summary>
    public void Reset()
    {
        (Samples, Resampled) = (0, 0);
        _held.Clear();
    }

    /// <summary>Writes the state from which <see cref="Restore"/> continues.</summary>
    internal void Save(BinaryWriter to)
    {
        to.Write(Samples);
        to.Write(Resampled);
        _held.Save(to);
    }

    /// <summary>Continues from a saved state of an instance with the same rates and filter.</summary>
    /// <exception cref="InvalidDataException">This is no such state. The instance is unchanged.</exception>
    internal void Restore(BinaryReader from)
    {
        try
        {
            long samples = from.ReadInt64(), resampled = from.ReadInt64();
            if (samples is < 0 or > WaveformState.MaxSamples || resampled != Complete(samples))
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

    // Output samples that depend on the first input samples only.
    private long Complete(long samples) => _resampler.LengthOf(Math.Max(0, samples - (_resampler.Filter?.Reach ?? 0)));

    private long FirstNeeded(long output) => _resampler.Filter is { } filter ? Math.Max(0, filter.PlaceOf(output).First) : 0;

    private static float[] New(long length) => length == 0 ? [] : new float[length];

    private void Run(Span<float> output)
    {
        if (output.IsEmpty) return;
        _resampler.Filter!.Run(_held.Values, output, _held.Start, Resampled);
        Resampled += output.Length;
        _held.DropBefore(FirstNeeded(Resampled));
    }
}
