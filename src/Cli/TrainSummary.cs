using System.Globalization;
using System.Runtime.InteropServices;
using AudioBsq.Configuration;
using AudioBsq.Training;
using Microsoft.ML;
using TorchSharp;

namespace AudioBsq.Cli;

/// <summary>A training run that has ended: what it was, and how far it came. Seconds are those since the last interruption.</summary>
internal sealed record TrainSummary(
    string Kind,
    TrainingConfig Config,
    long Parameters,
    double BitsPerSecond,
    int Steps,
    double Seconds,
    int UnreadClips,
    TrainSummary.BestValidation? Best,
    TrainSummary.Figures Final,
    TrainSummary.Programs Versions) : ISummary
{
    public static TrainSummary Of(TrainingConfig config, AudioBsqModel model, TrainingProgress last, (int Step, double Error)? best, int unread) => new(
        "training",
        config,
        model.ParameterCount,
        model.TokensPerSecond * model.Options.BitsPerToken,
        last.Step,
        last.Elapsed.TotalSeconds,
        unread,
        best is { } found ? new BestValidation(found.Step, found.Error) : null,
        Figures.Of(last),
        Programs.Current);

    public IEnumerable<(string Name, string Value)> Rows()
    {
        var culture = CultureInfo.InvariantCulture;
        yield return ("Parameters", string.Create(culture, $"{Parameters:N0}"));
        yield return ("Bit rate", string.Create(culture, $"{BitsPerSecond:N0} bit/s"));
        yield return ("Steps", string.Create(culture, $"{Steps:N0} in {Seconds:N1} s"));
        yield return ("Mel error", string.Create(culture, $"{Final.MelError:F3} in training"));
        if (Best is not null) yield return ("Best validation", string.Create(culture, $"{Best.MeanAbsoluteError:F3} at step {Best.Step:N0}; these weights are the model"));
        if (UnreadClips > 0) yield return ("Left out", string.Create(culture, $"{UnreadClips:N0} clips that could not be read"));
    }

    private static double? Finite(double? value) => value is { } number && double.IsFinite(number) ? number : null; // JSON has no others

    /// <summary>The validation whose weights are kept.</summary>
    internal sealed record BestValidation(int Step, double MeanAbsoluteError);

    /// <summary>The last report. Those of training are averages over the steps since the report before it.</summary>
    internal sealed record Figures(double? Loss, double? MelError, double? CodebookEntropy, double? DiscriminatorLoss, double? GradientNorm, double? LearningRate, int SkippedSteps, ValidationFigures? Validation)
    {
        public static Figures Of(TrainingProgress last) => new(
            Finite(last.Loss), Finite(last.MeanAbsoluteError), Finite(last.CodebookEntropy), Finite(last.DiscriminatorLoss), Finite(last.GradientNorm), Finite(last.LearningRate),
            last.SkippedSteps, last.Validation is { } metrics ? ValidationFigures.Of(metrics) : null);
    }

    /// <summary>What validation measured.</summary>
    internal sealed record ValidationFigures(int Clips, double? MeanAbsoluteError, double? MeanSquaredError, double CodeUsage, double JointEntropy, double MeanBitCorrelation)
    {
        public static ValidationFigures Of(ReconstructionMetrics metrics) => new(
            metrics.Clips, Finite(metrics.MeanAbsoluteError), Finite(metrics.MeanSquaredError),
            metrics.Codes.AttainableUsage, metrics.Codes.JointEntropy, metrics.Codes.MeanBitCorrelation);
    }

    /// <summary>What the run was made with.</summary>
    internal sealed record Programs(string AudioBsq, string MLNet, string TorchSharp, string Runtime, string System)
    {
        public static Programs Current { get; } = new(
            ShowVersion.VersionOf(typeof(ShowVersion)), ShowVersion.VersionOf(typeof(MLContext)), ShowVersion.VersionOf(typeof(torch)),
            RuntimeInformation.FrameworkDescription, RuntimeInformation.OSDescription);
    }
}
