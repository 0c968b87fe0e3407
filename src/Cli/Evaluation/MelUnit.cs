using AudioBsq.Signal;

namespace AudioBsq.Cli.Evaluation;

/// <summary>The unit of a mel spectrogram's values.</summary>
internal static class MelUnit
{
    public static string Unit(this MelLevel level) => level switch
    {
        MelLevel.NaturalLog => "log of power",
        MelLevel.Power => "power",
        _ => "dB",
    };
}
