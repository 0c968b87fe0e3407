namespace AudioBsq.Metrics;

/// <summary>Compares the pitch tracks (<see cref="PitchTracker"/>) of two waveforms frame by frame.</summary>
internal sealed record PitchAgreement
{
    private const int MinFrames = 10;

    /// <summary>
    /// Pearson's correlation of the pitch in Hz over the frames voiced in both, −1 to 1; null for fewer than 10 or a constant pitch.
    /// </summary>
    public double? Correlation { get; init; }

    /// <summary>
    /// Share of frames that are voiced in one waveform and unvoiced in the other, 0 (best) to 1: the voicing decision error of Nakatani et
    /// al. (2008).
    /// </summary>
    public required double VoicingError { get; init; }

    /// <summary>Frames voiced in both.</summary>
    public required int VoicedFrames { get; init; }

    /// <summary>Compares two waveforms; null where they are shorter than a frame (49 ms).</summary>
    /// <exception cref="ArgumentException">The lengths differ, a sample is not finite, or the rate is out of range.</exception>
    public static PitchAgreement? Measure(ReadOnlySpan<float> reference, ReadOnlySpan<float> degraded, int sampleRate)
    {
        WaveformPair.Require(reference, degraded);
        var tracker = new PitchTracker(sampleRate);
        return Of(tracker.Track(reference), tracker.Track(degraded));
    }

    /// <summary>Compares two pitch tracks, in Hz with 0 for unvoiced frames; null for empty ones.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static PitchAgreement? Of(ReadOnlySpan<double> reference, ReadOnlySpan<double> degraded)
    {
        WaveformPair.RequireEqualLengths(reference.Length, degraded.Length);
        if (reference.IsEmpty) return null;
        int differ = 0;
        List<double> first = [], second = [];
        for (int i = 0; i < reference.Length; i++)
        {
            if (reference[i] > 0 != degraded[i] > 0) differ++;
            if (reference[i] <= 0 || degraded[i] <= 0) continue;
            first.Add(reference[i]);
            second.Add(degraded[i]);
        }

        return new PitchAgreement
        {
            Correlation = first.Count < MinFrames ? null : Pearson(first, second),
            VoicingError = (double)differ / reference.Length,
            VoicedFrames = first.Count,
        };
    }

    private static double? Pearson(List<double> x, List<double> y)
    {
        double meanX = x.Average(), meanY = y.Average(), xy = 0, xx = 0, yy = 0;
        for (int i = 0; i < x.Count; i++)
        {
            double dx = x[i] - meanX, dy = y[i] - meanY;
            (xy, xx, yy) = (xy + dx * dy, xx + dx * dx, yy + dy * dy);
        }

        return xx > 0 && yy > 0 ? Math.Clamp(xy / Math.Sqrt(xx * yy), -1, 1) : null;
    }
}
