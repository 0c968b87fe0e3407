using System.Globalization;
using System.Text.Json.Serialization;
using AudioBsq.Cli.Console;
using AudioBsq.Signal;

namespace AudioBsq.Cli.Evaluation;

/// <summary>
/// How well a model reconstructs clips. Errors are in the unit of <paramref name="Level"/>. <paramref name="BandMedianError"/> and
/// <paramref name="BandVariance"/> are the absolute and squared error of <see cref="ConstantBaseline"/> on the same clips.
/// </summary>
internal sealed record EvaluationSummary(
    string Kind,
    string Model,
    MelLevel Level,
    int BitsPerToken,
    double BitsPerSecond,
    double ElapsedSeconds,
    double TimesRealTime,
    EvaluationSummary.Figures Total,
    double BandMedianError,
    double BandVariance,
    IReadOnlyList<EvaluationSummary.Figures> Clips,
    IReadOnlyList<EvaluationSummary.Failure> Failed) : ISummary
{
    /// <summary>Figures of the sound, where sound was made.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public SoundFigures? Sound { get; init; }

    /// <summary>Headings of <see cref="Table"/>.</summary>
    public static string[] Headings { get; } = ["Clip", "Seconds", "MAE", "MSE", "Codes", "Used", "Entropy", "Correlation"];

    /// <summary>A row for each clip, and the total.</summary>
    public IEnumerable<string[]> Table() => Clips.Append(Total).Select(Cells);

    public IEnumerable<(string Name, string Value)> Rows()
    {
        var culture = CultureInfo.InvariantCulture;
        string unit = Level.Unit();
        yield return (
            "Mel error", string.Create(culture, $"{Total.MeanAbsoluteError:F3} {unit} on average, squared {Total.MeanSquaredError:F2}"));
        yield return (
            "Without a model",
            string.Create(culture, $"{BandMedianError:F3} {unit} with each band at its median, squared {BandVariance:F2} at its mean"));
        yield return (
            "Bits",
            string.Create(culture, $"entropy {Total.MeanBitEntropy:F3} of a single one on average, {Total.DeadBits} that never change"));
        yield return ("Bit rate", string.Create(culture, $"{BitsPerSecond:N0} bit/s in tokens of {BitsPerToken} bits"));
        yield return ("Speed", string.Create(culture, $"{TimesRealTime:N1} × real time"));
    }

    private static string[] Cells(Figures figures)
    {
        FormattableString[] numbers =
        [
            $"{figures.Seconds:F2}", $"{figures.MeanAbsoluteError:F3}", $"{figures.MeanSquaredError:F2}", $"{figures.CodesUsed:N0}",
            $"{100 * figures.CodeUsage:F0}%", $"{figures.JointEntropy:F2}", $"{figures.MeanBitCorrelation:F3}",
        ];
        return [figures.Path, .. numbers.Select(number => number.ToString(CultureInfo.InvariantCulture))];
    }

    /// <summary>One clip, or all of them.</summary>
    /// <param name="Path">As it was named or found.</param>
    /// <param name="Seconds">Its length.</param>
    /// <param name="Frames">Of its mel spectrogram.</param>
    /// <param name="MeanAbsoluteError">Between original and reconstruction, over frames and bands.</param>
    /// <param name="MeanSquaredError">The same, squared.</param>
    /// <param name="Positions">Number of codes.</param>
    /// <param name="CodesUsed">Number of different codes.</param>
    /// <param name="CodeUsage">Different codes as a share of those that so many positions could show.</param>
    /// <param name="JointEntropy">Of the codes, in bits.</param>
    /// <param name="MeanBitEntropy">Of single bits, 0 to 1.</param>
    /// <param name="DeadBits">Bits that never change.</param>
    /// <param name="MeanBitCorrelation">Between two different bits, 0 to 1.</param>
    internal sealed record Figures(
        string Path, double Seconds, long Frames, double MeanAbsoluteError, double MeanSquaredError,
        int Positions, int CodesUsed, double CodeUsage, double JointEntropy, double MeanBitEntropy, int DeadBits,
        double MeanBitCorrelation);

    /// <summary>A file or folder that was not measured, and why.</summary>
    internal sealed record Failure(string Path, string Reason);
}
