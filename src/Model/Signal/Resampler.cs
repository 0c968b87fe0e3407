namespace AudioBsq.Signal;

/// <summary>
/// Changes the sample rate of a waveform with a band-limited polyphase filter. An instance keeps one filter and may be used by
/// several threads at a time; the waveform counts as silent before its first and after its last sample.
/// </summary>
public sealed class Resampler
{
    /// <summary>The highest allowed rate, in Hz.</summary>
    public const int MaxRate = 768_000;

    private const int MaxRatio = 1024;

    /// <summary>Designs the filter for one pair of rates, or finds it in a small cache.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A rate is not from 1 to <see cref="MaxRate"/>.</exception>
    /// <exception cref="NotSupportedException">The rates are more than 1,024 times apart.</exception>
    public Resampler(int fromRate, int toRate, ResamplingFilter filter = ResamplingFilter.Kaiser)
    {
        Check.That(fromRate is >= 1 and <= MaxRate, fromRate, "must be from 1 to 768,000 Hz");
        Check.That(toRate is >= 1 and <= MaxRate, toRate, "must be from 1 to 768,000 Hz");
        Check.That(Enum.IsDefined(filter), filter, "must be a defined filter");
        if (Math.Max(fromRate, toRate) > (long)MaxRatio * Math.Min(fromRate, toRate))
            throw new NotSupportedException($"{fromRate} Hz and {toRate} Hz are more than 1,024 times apart: resample in two steps.");
        (FromRate, ToRate) = (fromRate, toRate);
        if (fromRate != toRate) Filter = PolyphaseFilter.For(fromRate, toRate, filter);
    }

    /// <summary>Sample rate of the input, in Hz.</summary>
    public int FromRate { get; }

    /// <summary>Sample rate of the output, in Hz.</summary>
    public int ToRate { get; }

    /// <summary>Null where the rates are equal.</summary>
    internal PolyphaseFilter? Filter { get; }

    /// <summary>Resamples a whole waveform with the default filter.</summary>
    /// <inheritdoc cref="Process"/>
    public static float[] Resample(ReadOnlySpan<float> samples, int fromRate, int toRate) =>
        new Resampler(fromRate, toRate).Process(samples);

    /// <summary>Samples of the output: samples × to / from, rounded up.</summary>
    public long LengthOf(int samples) => LengthOf((long)samples);

    internal long LengthOf(long samples) => samples / FromRate * ToRate + (samples % FromRate * ToRate + FromRate - 1) / FromRate;

    /// <summary>Resamples a whole waveform into <see cref="LengthOf(int)"/> samples. Equal rates give a copy.</summary>
    /// <exception cref="ArgumentException">A sample is not a finite number, or the output is too long for one array.</exception>
    public float[] Process(ReadOnlySpan<float> samples)
    {
        Samples.Require(samples);
        long length = LengthOf(samples.Length);
        if (length > Array.MaxLength)
        {
            string size = $"{samples.Length:N0} samples from {FromRate} to {ToRate} Hz are {length:N0}";
            throw new ArgumentException($"{size}: resample them in parts.", nameof(samples));
        }

        if (Filter is null) return samples.ToArray();
        float[] output = new float[length];
        Filter.Run(samples, output);
        return output;
    }
}
