using System.Globalization;
using System.Runtime.InteropServices;
using AudioBsq.Cli.Configuration;
using AudioBsq.Cli.Console;
using AudioBsq.Cli.Evaluation;
using Microsoft.ML;
using TorchSharp;

namespace AudioBsq.Cli.Training;

/// <summary>The results of a training run that has ended. Seconds, speed and memory are those since the last interruption.</summary>
internal sealed record TrainingSummary(
    string Kind,
    TrainingConfig Config,
    long Parameters,
    double BitsPerSecond,
    TrainingSummary.End Ended,
    int Steps,
    int FirstStep,
    double Seconds,
    double SoundSecondsPerSecond,
    long PeakMemoryBytes,
    int UnreadClips,
    TrainingSummary.ValidationFigures? Best,
    TrainingSummary.Figures Final,
    TrainingSummary.Programs Versions,
    IReadOnlyList<TrainingSummary.Entry> Files) : ISummary
{
    public static TrainingSummary Of(
        TrainingConfig config, AudioBsqModel model, TrainingHistory history, int unread, IReadOnlyList<Entry> files)
    {
        var last = history.Last!.Progress;
        return new TrainingSummary(
            "training",
            config,
            model.ParameterCount,
            model.TokensPerSecond * model.Options.BitsPerToken,
            last.Step < last.MaxSteps ? End.Patience : End.AllSteps,
            last.Step,
            last.FirstStep,
            last.Elapsed.TotalSeconds,
            history.SoundPerSecond,
            history.Last.PeakMemory,
            unread,
            history.Best is { } best ? ValidationFigures.Of(best) : null,
            Figures.Of(MetricsRow.Of(history.Last), history.LastValidation),
            Programs.Current,
            files);
    }

    public IEnumerable<(string Name, string Value)> Rows()
    {
        var culture = CultureInfo.InvariantCulture;
        string unit = Config.Mel.Level.Unit();
        yield return ("Parameters", string.Create(culture, $"{Parameters:N0}"));
        yield return ("Bit rate", string.Create(culture, $"{BitsPerSecond:N0} bit/s"));
        string resumed = FirstStep > 0 ? string.Create(culture, $", {Steps - FirstStep:N0} of them") : "";
        yield return (
            "Steps", string.Create(culture, $"{Steps:N0}{resumed} in {Seconds:N1} s, {SoundSecondsPerSecond:N1} s of sound a second"));
        if (Ended == End.Patience) yield return ("Ended early", $"no better validation in {Config.Training.Patience} (training.patience)");
        yield return ("Memory", string.Create(culture, $"{PeakMemoryBytes / 1e6:N0} MB at most"));
        yield return ("Mel error", string.Create(culture, $"{Final.MelError:F3} {unit} in training"));
        if (Best is not null)
        {
            yield return (
                "Best validation",
                string.Create(culture, $"{Best.MeanAbsoluteError:F3} {unit} at step {Best.Step:N0}; these weights are the model"));
            string bits = string.Create(culture, $"{Best.DeadBits} dead bits, correlation {Best.MeanBitCorrelation:F3}");
            yield return ("Codes there", string.Create(culture, $"{Best.CodeUsage:P0} used, entropy {Best.JointEntropy:F2} bits, {bits}"));
        }

        if (UnreadClips > 0) yield return ("Left out", string.Create(culture, $"{UnreadClips:N0} clips that could not be read"));
    }

    /// <summary>Why a run ended.</summary>
    internal enum End
    {
        AllSteps,
        Patience,
    }

    /// <summary>The last report. Its training figures are averages over the steps since the report before.</summary>
    internal sealed record Figures(
        double? Loss, Terms LossTerms, double? MelError, double? PositionEntropy, double? CodebookEntropy, double? DiscriminatorLoss,
        double? GradientNorm, double? LearningRate, int SkippedSteps, ValidationFigures? Validation)
    {
        public static Figures Of(MetricsRow row, MetricsRow? validation) => new(
            row["loss"],
            new Terms(
                row["loss_reconstruction"], row["loss_quantizer"], row["loss_multi_resolution"], row["loss_envelope"],
                row["loss_adversarial"], row["quantizer_loss_unweighted"]),
            row["mel_error"], row["position_entropy"], row["codebook_entropy"], row["discriminator_loss"],
            row["gradient_norm"], row["learning_rate"], (int)row["skipped_steps"]!.Value,
            validation is null ? null : ValidationFigures.Of(validation));
    }

    /// <summary>Terms of the loss with their weights, and the quantizer's loss without its weight.</summary>
    internal sealed record Terms(
        double? Reconstruction, double? Quantizer, double? MultiResolution, double? Envelope, double? Adversarial,
        double? UnweightedQuantizer);

    /// <summary>
    /// The results of a validation. Code usage is the share of the codes that so many positions could show; codebook usage that of all
    /// codes.
    /// </summary>
    internal sealed record ValidationFigures(
        int Step, double? Clips, double? MeanAbsoluteError, double? MeanSquaredError, double? CodesUsed, double? CodeUsage,
        double? CodebookUsage,
        double? JointEntropy, double? MeanBitEntropy, double? DeadBits, double? MeanBitCorrelation, double? MaxBitCorrelation)
    {
        public static ValidationFigures Of(MetricsRow row) => new(
            row.Step, row["validation_clips"], row[MetricColumn.ValidationError], row["validation_mse"], row["validation_codes_used"],
            row["validation_usage"], row["validation_codebook_usage"], row["validation_entropy"], row["validation_bit_entropy"],
            row["validation_dead_bits"], row["validation_bit_correlation"], row["validation_max_bit_correlation"]);
    }

    /// <summary>Versions of the programs that the run was made with.</summary>
    internal sealed record Programs(string AudioBsq, string MLNet, string TorchSharp, string Runtime, string System)
    {
        public static Programs Current { get; } = new(
            ShowVersion.VersionOf(typeof(ShowVersion)), ShowVersion.VersionOf(typeof(MLContext)), ShowVersion.VersionOf(typeof(torch)),
            RuntimeInformation.FrameworkDescription, RuntimeInformation.OSDescription);
    }

    /// <summary>A file of the run's folder, or a folder in it with the number and size of its files.</summary>
    internal sealed record Entry(string Path, int Files, long Bytes);
}
