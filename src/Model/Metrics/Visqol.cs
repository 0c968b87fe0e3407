using System.Numerics.Tensors;

namespace AudioBsq.Metrics;

/// <summary>
/// ViSQOL in speech mode: an estimate of the mean opinion score that listeners would give, from 1 (bad) to 5 (as the reference), by the
/// similarity of gammatone spectrograms (Chinen et al. 2020; version 3.3.3 of the published code with the exponential fit).
/// </summary>
/// <remarks>
/// <para>The waveforms may differ in length, loudness and, a little, in time: both are brought together first. The sound must last about
/// 0.7 s; null where it is shorter or the reference has no active stretch. A silent degraded waveform scores 1.</para>
/// <para>Made for rates up to 16 kHz; above, bands still end at 8 kHz. Two copies of one sound need not score 5: without scaling, 4.02 is the highest.</para>
/// </remarks>
public static class Visqol
{
    /// <summary>The lowest sample rate taken, in Hz.</summary>
    public const int MinRate = 8_000;

    /// <summary>The highest sample rate taken, in Hz.</summary>
    public const int MaxRate = 192_000;

    /// <summary>Estimates the mean opinion score, 1 to 5.</summary>
    /// <param name="reference">The original.</param>
    /// <param name="degraded">What became of it.</param>
    /// <param name="sampleRate">Of both, in Hz.</param>
    /// <param name="scaled">Whether scores are stretched so that a perfect similarity gives 5, as the published program does by default; 4.02 otherwise.</param>
    /// <exception cref="ArgumentException">A sample is not finite, or the rate is out of range.</exception>
    public static double? Measure(ReadOnlySpan<float> reference, ReadOnlySpan<float> degraded, int sampleRate, bool scaled = true)
    {
        Signal.Samples.Require(reference);
        Signal.Samples.Require(degraded);
        Check.That(sampleRate is >= MinRate and <= MaxRate, sampleRate, "must be from 8,000 to 192,000 Hz");
        int frame = GammatoneSpectrogram.FrameLength(sampleRate);
        if (reference.Length <= frame || degraded.Length <= frame || !reference.ContainsAnyExcept(0f)) return null;
        if (!degraded.ContainsAnyExcept(0f)) return 1;

        double[] original = new double[reference.Length], changed = new double[degraded.Length];
        TensorPrimitives.ConvertChecked(reference, original);
        TensorPrimitives.ConvertChecked(degraded, changed);
        MatchLoudness(original, changed); // before as well, so that the correlation is one of numbers of like size
        changed = VisqolAlignment.Shift(changed, VisqolAlignment.Lag(original, changed));
        if (changed.Length <= frame || !changed.AsSpan().ContainsAnyExcept(0)) return null;
        MatchLoudness(original, changed);
        return Similarity(original, changed, sampleRate) is { } similarity ? OpinionScore(similarity, scaled) : null;
    }

    // The fit to the TCD-VoIP listening test. Whatever resembles less than 0.15 is called bad.
    private static double OpinionScore(double similarity, bool scaled)
    {
        double score = (-262.847869 + Math.Exp(0.0154302525 * (similarity + 361.063949))) * (scaled ? 1.245063f : 1);
        return similarity < 0.15 ? 1 : Math.Clamp(score, 1, 5);
    }

    // Mean over active patches, each at its best place.
    private static double? Similarity(double[] reference, double[] degraded, int sampleRate)
    {
        var bank = new GammatoneFilterBank(sampleRate);
        var (heard, heardDegraded) = (GammatoneSpectrogram.Of(reference, bank, sampleRate), GammatoneSpectrogram.Of(degraded, bank, sampleRate));
        GammatoneSpectrogram.MakeComparable(heard, heardDegraded);
        var matches = new VisqolMatching(heard, heardDegraded, VisqolPatches.Active(reference, heard.Frames, sampleRate)).Matches;
        if (matches.Length == 0) return null;

        double[] bandMeans = new double[GammatoneSpectrogram.Bands];
        double sum = 0, step = GammatoneSpectrogram.FrameLength(sampleRate) * 0.25 / sampleRate, duration = step * VisqolPatches.Length; // seconds
        foreach (var (at, found) in matches)
        {
            if (found is not { } match) continue;
            double coarse = heard.Patch(at, VisqolPatches.Length).Similarity(heardDegraded.Patch(match, VisqolPatches.Length), bandMeans);
            var first = Cut(reference, at * step, at * step + duration, sampleRate);
            var second = Cut(degraded, match * step, match * step + duration, sampleRate);
            sum += Math.Max(coarse, Realigned(first, second, bank, sampleRate));
        }

        return sum / matches.Length;
    }

    private static double Realigned(double[] reference, double[] degraded, GammatoneFilterBank bank, int sampleRate)
    {
        int lag = VisqolAlignment.Lag(reference, degraded);
        degraded = VisqolAlignment.Shift(degraded, lag);
        if (reference.Length > degraded.Length)
        {
            reference = reference[..degraded.Length];
        }
        else if (reference.Length < degraded.Length)
        {
            int skip = Math.Max(0, (int)(lag / (double)sampleRate * sampleRate));
            (reference, degraded) = (reference[skip..], degraded[skip..reference.Length]);
        }

        var (heard, heardDegraded) = (GammatoneSpectrogram.Of(reference, bank, sampleRate), GammatoneSpectrogram.Of(degraded, bank, sampleRate));
        GammatoneSpectrogram.MakeComparable(heard, heardDegraded);
        return heard.Patch(0, heard.Frames).Similarity(heardDegraded.Patch(0, heard.Frames), new double[GammatoneSpectrogram.Bands]);
    }

    // Times in seconds, rounded down to samples as in the published code; what is missing at the end stands as silence before the rest.
    private static double[] Cut(double[] samples, double from, double to, int sampleRate)
    {
        int start = (int)(from * sampleRate), end = Math.Min(samples.Length - 1, (int)(to * sampleRate));
        double missing = to * sampleRate - samples.Length;
        return [.. new double[(int)Math.Max(0, missing)], .. samples[start..end]];
    }

    private static void MatchLoudness(double[] reference, double[] degraded) =>
        TensorPrimitives.Multiply(degraded, Math.Sqrt(Power(reference) / Power(degraded)), degraded);

    private static double Power(double[] samples) => TensorPrimitives.SumOfSquares<double>(samples) / samples.Length;
}
