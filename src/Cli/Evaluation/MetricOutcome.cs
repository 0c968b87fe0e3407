namespace AudioBsq.Cli.Evaluation;

/// <summary>The number that a user's program gave, or why there is none.</summary>
internal readonly record struct MetricOutcome(double? Value, string? Problem)
{
    public static MetricOutcome Of(double value) => new(value, null);

    public static MetricOutcome None(string problem) => new(null, problem);
}
