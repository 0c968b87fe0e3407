using System.Globalization;
using AudioBsq.Signal;
using AudioBsq.Training;

namespace AudioBsq.Cli.Training;

/// <summary>A pre-training run for a person: its last report as one line, and as names and values.</summary>
internal static class PretrainingDisplay
{
    public static string Line(PretrainingProgress progress, MelOptions mel) => string.Concat(
        Text($"step {progress.Step} of {progress.MaxSteps}: loss {progress.Loss:F4}, lr {progress.LearningRate:0.00e+0}, "),
        Text($"gradient {progress.GradientNorm:F3}, {progress.FramesPerSecond / mel.FrameRate:F1} s of sound/s, "),
        Text($"{TrainingDisplay.Clock(progress.Remaining)} left"),
        progress.SkippedSteps > 0 ? Text($", {progress.SkippedSteps:N0} steps skipped") : "",
        progress.ValidationLoss is { } validation ? Text($"; validation {validation:F4}") : "");

    public static IReadOnlyList<(string Name, string Value)> Rows(PretrainingProgress progress, MelOptions mel)
    {
        List<(string, string)> rows =
        [
            ("Step", Text($"{progress.Step:N0} of {progress.MaxSteps:N0}, pass {progress.Epoch:N0} over the data")),
            ("Time", $"{TrainingDisplay.Clock(progress.Elapsed)}, {TrainingDisplay.Clock(progress.Remaining)} left"),
            ("Speed", Text($"{progress.FramesPerSecond / mel.FrameRate:F1} s of sound a second")),
            ("Loss", Text($"{progress.Loss:F4}")),
            ("Learning rate", Text($"{progress.LearningRate:0.00e+0}")),
            ("Gradient norm", Text($"{progress.GradientNorm:F3}")),
        ];
        if (progress.SkippedSteps > 0) rows.Add(("Skipped steps", Text($"{progress.SkippedSteps:N0}")));
        if (progress.ValidationLoss is { } validation) rows.Add(("Validation loss", Text($"{validation:F4}")));
        return rows;
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
