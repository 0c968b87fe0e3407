using System.Globalization;
using AudioBsq.Cli.Evaluation;
using AudioBsq.Signal;

namespace AudioBsq.Cli.Training;

/// <summary>A training run for a person: its last report as one line, and its state as names and values.</summary>
internal sealed class TrainingDisplay(TrainingHistory history, MelOptions mel)
{
    private readonly string _unit = mel.Level.Unit();

    /// <summary>The last report, with its validation if it has one.</summary>
    public string Line
    {
        get
        {
            var (report, last) = (history.Last!, history.Last!.Progress);
            string skipped = last.SkippedSteps > 0 ? Text($", {last.SkippedSteps:N0} steps skipped") : "";
            string validation = last.Validation is null
                ? ""
                : $"; validation {Error(history.LastValidation!)}, {Codes(history.LastValidation!)}";
            return string.Concat(
                Text($"step {last.Step} of {last.MaxSteps}: loss {Loss}, mel error {last.MeanAbsoluteError:F3} {_unit}, "),
                Text($"lr {last.LearningRate:0.00e+0}, gradient {last.GradientNorm:F3}, {report.SoundPerSecond:F1} s of sound/s, "),
                Text($"{Clock(last.Remaining)} left, "),
                Text($"{report.Memory / 1e6:N0} MB (peak {report.PeakMemory / 1e6:N0}){skipped}{validation}"));
        }
    }

    /// <summary>The state of the run. The last validation stays until the next one.</summary>
    public IReadOnlyList<(string Name, string Value)> Rows
    {
        get
        {
            var (report, last) = (history.Last!, history.Last!.Progress);
            List<(string, string)> rows =
            [
                ("Step",
                Text($"{last.Step:N0} of {last.MaxSteps:N0} ({last.Step / (double)last.MaxSteps:P0}), pass {last.Epoch:N0} over the data")),
                ("Time", $"{Clock(last.Elapsed)}, {Clock(last.Remaining)} left"),
                ("Speed", Text($"{report.SoundPerSecond:F1} s of sound a second")),
                ("Memory", Text($"{report.Memory / 1e6:N0} MB, at most {report.PeakMemory / 1e6:N0} MB")),
                ("Loss", Loss),
                ("Mel error", Text($"{last.MeanAbsoluteError:F3} {_unit}")),
                ("Soft code", Text($"{last.PositionEntropy:F2} bits a position, {last.CodebookEntropy:F2} bits over all")),
                ("Learning rate", Text($"{last.LearningRate:0.00e+0}")),
                ("Gradient norm", Text($"{last.GradientNorm:F3}")),
            ];
            if (last.DiscriminatorLoss is { } discriminator) rows.Add(("Discriminator", Text($"{discriminator:F4}")));
            if (last.SkippedSteps > 0)
                rows.Add(("Skipped steps", Text($"{last.SkippedSteps:N0} with a loss or gradient that was not finite")));
            if (history.LastValidation is { } validation)
            {
                rows.Add(("Validation", Text($"step {validation.Step:N0}: {Error(validation)}")));
                rows.Add(("Codes", Codes(validation)));
            }

            if (history.Best is { } best) rows.Add(("Best", Text($"step {best.Step:N0}: {Error(best)}")));
            return rows;
        }
    }

    private string Loss
    {
        get
        {
            var (last, terms) = (history.Last!.Progress, history.Last!.Progress.Terms);
            string multiResolution = terms.MultiResolution is { } coarse ? Text($", multi-resolution {coarse:F4}") : "";
            string envelope = terms.Envelope is { } distance ? Text($", envelope {distance:F4}") : "";
            string adversarial = terms.Adversarial is { } told ? Text($", adversarial {told:F4}") : "";
            return Text(
                $"{last.Loss:F4} (reconstruction {terms.Reconstruction:F4}, quantizer {terms.Quantizer:F4}")
                + $"{multiResolution}{envelope}{adversarial})";
        }
    }

    private string Error(MetricsRow row) =>
        Text($"error {row[MetricColumn.ValidationError]:F3} {_unit}, squared {row["validation_mse"]:F2}");

    private static string Codes(MetricsRow row) => string.Concat(
        Text($"{row["validation_usage"]:P0} used, entropy {row["validation_entropy"]:F2} bits, "),
        Text($"of single bits {row["validation_bit_entropy"]:F3}, "),
        Text($"{row["validation_dead_bits"]:F0} dead, correlation {row["validation_bit_correlation"]:F3}"));

    internal static string Clock(TimeSpan time) =>
        time.ToString(time.TotalDays < 1 ? @"h\:mm\:ss" : @"d\.hh\:mm\:ss", CultureInfo.InvariantCulture);

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
