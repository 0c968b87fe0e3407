using System.Globalization;
using AudioBsq.Metrics;

namespace AudioBsq.Cli.Evaluation;

/// <summary>What a figure of two waveforms is.</summary>
/// <param name="Key">In JSON.</param>
/// <param name="Name">For a person.</param>
/// <param name="Unit">May be empty.</param>
/// <param name="Better">Which way is better.</param>
/// <param name="Digits">Worth showing, behind the point.</param>
internal sealed record SoundMetric(string Key, string Name, string Unit, MetricDirection Better, int Digits)
{
    /// <summary>Name and unit.</summary>
    public string Title => Unit.Length == 0 ? Name : $"{Name} ({Unit})";

    public string Format(double? value) => value is { } number ? number.ToString($"F{Digits}", CultureInfo.InvariantCulture) : "–";

    /// <summary>The mean, and where it is known its interval.</summary>
    public string Format(ConfidenceInterval? mean) => $"{Format(mean?.Mean)} {Interval(mean)}".TrimEnd();

    /// <summary>In brackets; empty for a single clip.</summary>
    public string Interval(ConfidenceInterval? mean) => mean is { Lower: { } lower, Upper: { } upper } ? $"[{Format(lower)}, {Format(upper)}]" : "";
}

/// <summary>Which way a metric is better.</summary>
internal enum MetricDirection
{
    Higher,
    Lower,

    /// <summary>The one who gave the metric has not said.</summary>
    Unknown,
}
