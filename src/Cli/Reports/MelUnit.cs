using AudioBsq.Signal;

namespace AudioBsq.Cli.Reports;

/// <summary>The unit of a mel spectrogram's numbers.</summary>
internal static class MelUnit
{
    /// <summary>With a space before it, or nothing.</summary>
    public static string Of(MelLevel level) => level is MelLevel.FullScale or MelLevel.FileMaximum ? " dB" : "";
}
