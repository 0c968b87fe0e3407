namespace AudioBsq.MLNet;

/// <summary>Clips of one length: longer sound is cut, shorter sound is padded with silence.</summary>
internal static class ClipLength
{
    private const int MaxSamples = 1 << 30;

    /// <summary>Samples of so many seconds; 0, which is any length, where there are none.</summary>
    public static int Of(double? seconds, int sampleRate) => seconds is { } length ? (int)Math.Round(length * sampleRate) : 0;

    public static void Check(double? seconds, int sampleRate) => AudioBsq.Check.That(
        seconds is null || (double.IsFinite(seconds.Value) && Math.Round(seconds.Value * sampleRate) is >= 1 and <= MaxSamples),
        seconds,
        $"must be null or from 1 to {MaxSamples:N0} samples at {sampleRate} Hz",
        "Seconds");

    public static float[] Fit(float[] waveform, int samples)
    {
        if (samples > 0 && samples != waveform.Length) Array.Resize(ref waveform, samples);
        return waveform;
    }
}
