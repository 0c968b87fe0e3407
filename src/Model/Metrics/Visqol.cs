using System.Numerics.Tensors;

namespace AudioBsq.Metrics;

/// <summary>
/// ViSQOL in speech mode: an estimate of the mean opinion score of listeners, from 1 (bad) to 5 (like the reference), by the similarity of
/// gammatone spectrograms (Chinen et al. 2020; version 3.3.3 of the published code with the exponential fit).
/// </summary>
/// <remarks>
/// <para>The waveforms may differ in length, loudness and, a little, in time: they are aligned first. The sound must last about 0.7 s; null
/// where it is shorter or the reference has no active part. A silent degraded waveform scores 1.</para>
/// <para>Made for rates up to 16 kHz; above, bands still end at 8 kHz. Two copies of one sound need not score 5: without scaling, 4.02 is
/// the highest.</para>
/// </remarks>
internal static class Visqol
{
    /// <summary>The lowest allowed sample rate, in Hz.</summary>
    public const int MinRate = 8_000;

    /// <summary>The highest allowed sample rate, in Hz.</summary>
    public const int MaxRate = 192_000;

    /// <summary>Estimates the mean opinion score, 1 to 5.</summary>
    /// <param name="reference">The original.</param>
    /// <param name="degraded">Its reconstruction.</param>
    /// <param name="sampleRate">Sample rate of both, in Hz.</param>
    /// <param name="scaled">Scales scores so that perfect similarity gives 5, the default of the published program; 4.02 otherwise.</param>
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
        MatchLoudness(original, changed); // here too, so that the correlation compares values of similar size
        changed = VisqolAlignment.Shift(changed, VisqolAlignment.Lag(original, changed));
        if (changed.Length <= frame || !changed.AsSpan().ContainsAnyExcept(0)) return null;
        MatchLoudness(original, changed);
        return Similarity(original, changed, sampleRate) is { } similarity ? OpinionScore(similarity, scaled) : null;
    }

    // The fit to the TCD-VoIP listening test. A similarity below 0.15 scores 1.
    private static double OpinionScore(double similarity, bool scaled)
    {
        double score = (-262.847869 + Math.Exp(0.0154302525 * (similarity + 361.063949))) * (scaled ? 1.245063f : 1);
        return similarity < 0.15 ? 1 : Math.Clamp(score, 1, 5);
    }

    // The mean over active patches, each aligned where it fits best.
    private static double? Similarity(double[] reference, double[] degraded, int sampleRate)
    {
        var bank = new GammatoneFilterBank(sampleRate);
        var first = GammatoneSpectrogram.Of(reference, bank, sampleRate);
        var second = GammatoneSpectrogram.Of(degraded, bank, sampleRate);
        GammatoneSpectrogram.MakeComparable(first, second);
        var matches = new VisqolMatching(first, second, VisqolPatches.Active(reference, first.Frames, sampleRate)).Matches;
        if (matches.Length == 0) return null;

        double[] bandMeans = new double[GammatoneSpectrogram.Bands];
        double step = GammatoneSpectrogram.FrameLength(sampleRate) * 0.25 / sampleRate, duration = step * VisqolPatches.Length; // seconds
        double sum = 0;
        foreach (var (at, found) in matches)
        {
            if (found is not { } match) continue;
            double coarse = first.Patch(at, VisqolPatches.Length).Similarity(second.Patch(match, VisqolPatches.Length), bandMeans);
            var original = Cut(reference, at * step, at * step + duration, sampleRate);
            var changed = Cut(degraded, match * step, match * step + duration, sampleRate);
            sum += Math.Max(coarse, Realigned(original, changed, bank, sampleRate));
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

        var first = GammatoneSpectrogram.Of(reference, bank, sampleRate);
        var second = GammatoneSpectrogram.Of(degraded, bank, sampleRate);
        GammatoneSpectrogram.MakeComparable(first, second);
        return first.Patch(0, first.Frames).Similarity(second.Patch(0, first.Frames), new double[GammatoneSpectrogram.Bands]);
    }

    // Times are in seconds, rounded down to samples as in the published code. Silence of the length missing at the end comes first.
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
