namespace AudioBsq.Metrics;

/// <summary>Chooses the patches of the reference that ViSQOL's speech mode compares: those with speech.</summary>
internal static class VisqolPatches
{
    /// <summary>Frames of one patch.</summary>
    public const int Length = 20;

    private const int First = Length / 2 - 1;
    private const double Threshold = 5_000; // root mean square, where the loudest sample is 32,768
    private const int Silent = 3;           // a hop is silent after so many quiet ones

    /// <summary>First frames of the patches with activity.</summary>
    public static int[] Active(ReadOnlySpan<double> reference, int frames, int sampleRate)
    {
        double frameStep = GammatoneSpectrogram.FrameLength(sampleRate) * 0.25, peak = 0;
        foreach (double sample in reference) peak = Math.Max(peak, sample);
        int count = Math.Max(0, (frames - First) / Length), step = (int)frameStep;
        if (peak == 0 || count == 0) return [];

        // The published code starts at sample 9 where it means frame 9.
        var sound = reference.Slice(First, count * (int)(Length * frameStep));
        bool[] loud = new bool[sound.Length / step];
        for (int i = 0; i < loud.Length; i++) loud[i] = RootMeanSquare(sound.Slice(i * step, step), peak) >= Threshold;
        bool HasSpeech(int hop) => hop < Silent - 1 || loud.AsSpan(hop - Silent + 1, Silent).Contains(true);
        var active = Enumerable.Range(0, count).Where(patch => Enumerable.Range(patch * Length, Length).Any(HasSpeech));
        return [.. active.Select(patch => First + patch * Length)];
    }

    private static double RootMeanSquare(ReadOnlySpan<double> samples, double peak)
    {
        double sum = 0;
        foreach (double sample in samples)
        {
            double value = Math.Truncate(Math.Clamp(sample / peak * 32_768, -32_768, 32_767));
            sum += value * value;
        }

        return Math.Sqrt(sum / samples.Length);
    }
}
