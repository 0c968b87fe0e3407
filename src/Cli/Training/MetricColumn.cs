using AudioBsq.Metrics;
using AudioBsq.Training;

namespace AudioBsq.Cli.Training;

/// <summary>A metric of training: a column of metrics.csv and a chart of TensorBoard. docs/training.md says what each one is.</summary>
/// <param name="Name">Name of the column.</param>
/// <param name="Chart">Group and name of the chart.</param>
/// <param name="Value">Its value in a report; null where the report has none.</param>
internal sealed record MetricColumn(string Name, string Chart, Func<TrainingReport, double?> Value)
{
    public const string Step = "step", ValidationError = "validation_mae", ValidationLoss = "validation_loss";

    public static IReadOnlyList<MetricColumn> All { get; } =
    [
        Run(Step, p => p.Step),
        Run("epoch", p => p.Epoch),
        Train("loss", p => p.Loss),
        Train("loss_reconstruction", p => p.Terms.Reconstruction),
        Train("loss_quantizer", p => p.Terms.Quantizer),
        Train("loss_multi_resolution", p => p.Terms.MultiResolution),
        Train("loss_envelope", p => p.Terms.Envelope),
        Train("loss_scales", p => p.Terms.Scales),
        Train("loss_adversarial", p => p.Terms.Adversarial),
        Train("quantizer_loss_unweighted", p => p.Terms.UnweightedQuantizer),
        Train("discriminator_loss", p => p.DiscriminatorLoss),
        Train("mel_error", p => p.MeanAbsoluteError),
        Train("position_entropy", p => p.PositionEntropy),
        Train("codebook_entropy", p => p.CodebookEntropy),
        Train("learning_rate", p => p.LearningRate),
        Train("gradient_norm", p => p.GradientNorm),
        Run("frames_per_second", p => p.FramesPerSecond),
        new("sound_seconds_per_second", "run/sound_seconds_per_second", report => report.SoundPerSecond),
        Run("elapsed_seconds", p => p.Elapsed.TotalSeconds),
        Run("skipped_steps", p => p.SkippedSteps),
        new("memory_megabytes", "run/memory_megabytes", report => report.Memory / 1e6),
        new("peak_memory_megabytes", "run/peak_memory_megabytes", report => report.PeakMemory / 1e6),
        Validation("clips", m => m.Clips),
        new(ValidationLoss, "validation/loss", report => report.Progress.ValidationLoss),
        Validation("mae", m => m.MeanAbsoluteError),
        Validation("mse", m => m.MeanSquaredError),
        Validation("codes_used", m => m.Codes.DistinctCodes),
        Validation("usage", m => m.Codes.AttainableUsage),
        Validation("codebook_usage", m => m.Codes.Usage),
        Validation("entropy", m => m.Codes.JointEntropy),
        Validation("bit_entropy", m => m.Codes.MeanBitEntropy),
        Validation("dead_bits", m => m.Codes.DeadBits),
        Validation("bit_correlation", m => m.Codes.MeanBitCorrelation),
        Validation("max_bit_correlation", m => m.Codes.MaxBitCorrelation),
    ];

    public static IReadOnlyList<string> Names { get; } = [.. All.Select(column => column.Name)];

    private static MetricColumn Run(string name, Func<TrainingProgress, double?> value) =>
        new(name, $"run/{name}", report => value(report.Progress));

    private static MetricColumn Train(string name, Func<TrainingProgress, double?> value) =>
        new(name, $"train/{name}", report => value(report.Progress));

    private static MetricColumn Validation(string name, Func<ReconstructionMetrics, double?> value) =>
        new($"validation_{name}", $"validation/{name}", report => report.Progress.Validation is { } metrics ? value(metrics) : null);
}
