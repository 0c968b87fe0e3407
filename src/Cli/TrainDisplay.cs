using System.Globalization;
using AudioBsq.Signal;
using AudioBsq.Training;

namespace AudioBsq.Cli;

/// <summary>A training report for a person: as one line, and as names and values.</summary>
internal sealed class TrainDisplay(MelOptions mel)
{
    private TrainingProgress? _first, _last;
    private ReconstructionMetrics? _validation;

    /// <summary>Notes a report. The last validation stays in sight until the next.</summary>
    public void Take(TrainingProgress progress)
    {
        _first ??= progress;
        (_last, _validation) = (progress, progress.Validation ?? _validation);
    }

    public string Line
    {
        get
        {
            string validation = _last!.Validation is { } metrics ? $"; validation {Describe(metrics)}" : "";
            return Text($"step {_last.Step} of {_last.MaxSteps}: loss {_last.Loss:F4}, mel error {_last.MeanAbsoluteError:F3}, lr {_last.LearningRate:0.00e+0}, gradient {_last.GradientNorm:F3}, {Speed:F1} s of sound/s, {Remaining} left, {Megabytes:N0} MB{validation}");
        }
    }

    public IReadOnlyList<(string Name, string Value)> Rows =>
    [
        ("Step", Text($"{_last!.Step:N0} of {_last.MaxSteps:N0} ({_last.Step / (double)_last.MaxSteps:P0}), pass {_last.Epoch:N0} over the data")),
        ("Loss", Text($"{_last.Loss:F4}")),
        ("Mel error", Text($"{_last.MeanAbsoluteError:F3}")),
        ("Learning rate", Text($"{_last.LearningRate:0.00e+0}")),
        ("Gradient norm", Text($"{_last.GradientNorm:F3}")),
        ("Validation", _validation is null ? "none yet" : Describe(_validation)),
        ("Speed", Text($"{Speed:F1} s of sound a second")),
        ("Time", $"{Clock(_last.Elapsed)}, {Remaining} left"),
        ("Skipped steps", Text($"{_last.SkippedSteps:N0}")),
        ("Memory", Text($"{Megabytes:N0} MB of this process")),
    ];

    private double Speed => _last!.FramesPerSecond / mel.FrameRate;

    private static double Megabytes => Environment.WorkingSet / 1e6;

    // Where the run began is not in a report, so the first one says nothing about the time that a step takes.
    private string Remaining => _last!.Step > _first!.Step
        ? Clock((_last.Elapsed - _first.Elapsed) * ((double)(_last.MaxSteps - _last.Step) / (_last.Step - _first.Step)))
        : "unknown time";

    private static string Clock(TimeSpan time) => time.ToString(time.TotalDays < 1 ? @"h\:mm\:ss" : @"d\.hh\:mm\:ss", CultureInfo.InvariantCulture);

    private static string Describe(ReconstructionMetrics metrics) =>
        Text($"error {metrics.MeanAbsoluteError:F3}, {metrics.Codes.AttainableUsage:P0} of the codes used, entropy {metrics.Codes.JointEntropy:F2} bits");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
