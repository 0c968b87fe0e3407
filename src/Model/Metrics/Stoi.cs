using System.Numerics.Tensors;

namespace AudioBsq.Metrics;

/// <summary>
/// Short-time objective intelligibility: the correlation of the envelopes of third-octave bands in both waveforms, over segments of 30
/// frames (384 ms). 1 is best; unrelated sounds score about 0. It does not measure how natural speech sounds.
/// </summary>
/// <remarks>
/// Equal to pystoi within 1e-12. Null where fewer than 30 frames remain without silence (pystoi returns 1e-5 there): the sound must last
/// 0.41 s or more. Independent of loudness. A silent degraded waveform scores 0.
/// </remarks>
internal static class Stoi
{
    /// <summary>The lowest allowed sample rate, in Hz.</summary>
    public const int MinRate = 1_000;

    /// <summary>The highest allowed sample rate, in Hz.</summary>
    public const int MaxRate = 192_000;

    public const double Epsilon = 2.220446049250313e-16;

    private const int Segment = 30, Bands = ThirdOctaveBands.Bands;

    private static readonly double Clip = 1 + Math.Pow(10, 15 / 20.0);

    /// <summary>STOI (Taal, Hendriks, Heusdens and Jensen 2011, section II), from −1 to 1.</summary>
    /// <exception cref="ArgumentException">The lengths differ, a sample is not finite, or the rate is out of range.</exception>
    public static double? Measure(ReadOnlySpan<float> reference, ReadOnlySpan<float> degraded, int sampleRate) =>
        MeasureBoth(reference, degraded, sampleRate)?.Plain;

    /// <summary>
    /// ESTOI (Jensen and Taal 2016), from −1 to 1: compares the spectra within a segment as a whole, which also works for modulated noise.
    /// Lower than STOI for the same sound.
    /// </summary>
    /// <inheritdoc cref="Measure"/>
    public static double? MeasureExtended(ReadOnlySpan<float> reference, ReadOnlySpan<float> degraded, int sampleRate) =>
        MeasureBoth(reference, degraded, sampleRate)?.Extended;

    /// <summary>Both measures, which share most of the work.</summary>
    public static (double Plain, double Extended)? MeasureBoth(
        ReadOnlySpan<float> reference, ReadOnlySpan<float> degraded, int sampleRate)
    {
        WaveformPair.Require(reference, degraded);
        Check.That(sampleRate is >= MinRate and <= MaxRate, sampleRate, "must be from 1,000 to 192,000 Hz");
        if (!reference.ContainsAnyExcept(0f)) return null;
        var (x, y) = ThirdOctaveBands.Measure(
            OctaveResampler.Resample(reference, sampleRate, ThirdOctaveBands.SampleRate),
            OctaveResampler.Resample(degraded, sampleRate, ThirdOctaveBands.SampleRate));
        int segments = x.Length / Bands - Segment + 1;
        if (segments < 1) return null;
        double plain = 0, extended = 0;
        double[] first = new double[Segment * Bands], second = new double[Segment * Bands];
        for (int segment = 0; segment < segments; segment++)
        {
            Span<double> a = x.AsSpan(segment * Bands, Segment * Bands), b = y.AsSpan(segment * Bands, Segment * Bands);
            for (int band = 0; band < Bands; band++) plain += BandCorrelation(a[band..], b[band..]);
            a.CopyTo(first);
            b.CopyTo(second);
            Normalize(first);
            Normalize(second);
            extended += TensorPrimitives.Dot<double>(first, second);
        }

        return (plain / (segments * Bands), extended / (segments * Segment));
    }

    // The correlation of the reference with the degraded band, which is scaled to the reference's energy and clipped at 15 dB of error.
    private static double BandCorrelation(ReadOnlySpan<double> reference, ReadOnlySpan<double> degraded)
    {
        double referenceEnergy = 0, degradedEnergy = 0;
        for (int i = 0; i < Segment; i++)
        {
            referenceEnergy += reference[i * Bands] * reference[i * Bands];
            degradedEnergy += degraded[i * Bands] * degraded[i * Bands];
        }

        double scale = Math.Sqrt(referenceEnergy) / (Math.Sqrt(degradedEnergy) + Epsilon);
        Span<double> x = stackalloc double[Segment], y = stackalloc double[Segment];
        for (int i = 0; i < Segment; i++)
            (x[i], y[i]) = (reference[i * Bands], Math.Min(degraded[i * Bands] * scale, reference[i * Bands] * Clip));

        Centre(x);
        Centre(y);
        double norms = (TensorPrimitives.Norm<double>(x) + Epsilon) * (TensorPrimitives.Norm<double>(y) + Epsilon);
        return TensorPrimitives.Dot<double>(x, y) / norms;
    }

    // For ESTOI: first every band over time, then every frame over bands, to mean 0 and norm 1.
    private static void Normalize(Span<double> segment)
    {
        Span<double> band = stackalloc double[Segment];
        for (int b = 0; b < Bands; b++)
        {
            for (int i = 0; i < Segment; i++) band[i] = segment[i * Bands + b];
            ToUnit(band);
            for (int i = 0; i < Segment; i++) segment[i * Bands + b] = band[i];
        }

        for (int i = 0; i < Segment; i++) ToUnit(segment.Slice(i * Bands, Bands));
    }

    private static void ToUnit(Span<double> values)
    {
        Centre(values);
        double norm = TensorPrimitives.Norm<double>(values);
        if (norm > 0) TensorPrimitives.Divide(values, norm, values);
    }

    private static void Centre(Span<double> values) =>
        TensorPrimitives.Subtract(values, TensorPrimitives.Sum<double>(values) / values.Length, values);
}
