using System.Globalization;
using AudioBsq.Metrics;

namespace AudioBsq.Cli.Evaluation;

/// <summary>A metric that compares two waveforms.</summary>
/// <param name="Key">Its name in JSON.</param>
/// <param name="Name">Its name for a person.</param>
/// <param name="Unit">Its unit; may be empty.</param>
/// <param name="Better">Which values are better; null where that is not known, as of a user's own metric.</param>
/// <param name="Digits">Decimals to show.</param>
internal sealed record SoundMetric(string Key, string Name, string Unit, MetricDirection? Better, int Digits)
{
    /// <summary>Name and unit.</summary>
    public string Title => Unit.Length == 0 ? Name : $"{Name} ({Unit})";

    public string Format(double? value) => value is { } number ? number.ToString($"F{Digits}", CultureInfo.InvariantCulture) : "–";

    /// <summary>The mean, followed by its interval where there is one.</summary>
    public string Format(ConfidenceInterval? mean) => $"{Format(mean?.Mean)} {Interval(mean)}".TrimEnd();

    /// <summary>The interval in brackets; empty for a single clip.</summary>
    public string Interval(ConfidenceInterval? mean) =>
        mean is { Lower: { } lower, Upper: { } upper } ? $"[{Format(lower)}, {Format(upper)}]" : "";
}
