using System.Globalization;
using AudioBsq.Training;

namespace AudioBsq.Cli;

/// <summary>Training reports as comma-separated values, a row for each as it comes. What a report does not have is empty.</summary>
/// <param name="path">The file; one that is there is touched only when the first report comes.</param>
/// <param name="goesOn">Keeps the rows of earlier steps.</param>
internal sealed class TrainMetrics(string path, bool goesOn) : IDisposable
{
    private const string StepColumn = "step", ErrorColumn = "validation_mae";

    private static readonly (string Name, Func<TrainingProgress, double?> Value)[] Columns =
    [
        (StepColumn, p => p.Step),
        ("epoch", p => p.Epoch),
        ("loss", p => p.Loss),
        ("mel_error", p => p.MeanAbsoluteError),
        ("codebook_entropy", p => p.CodebookEntropy),
        ("discriminator_loss", p => p.DiscriminatorLoss),
        ("learning_rate", p => p.LearningRate),
        ("gradient_norm", p => p.GradientNorm),
        ("frames_per_second", p => p.FramesPerSecond),
        ("elapsed_seconds", p => p.Elapsed.TotalSeconds),
        ("skipped_steps", p => p.SkippedSteps),
        (ErrorColumn, p => p.Validation?.MeanAbsoluteError),
        ("validation_mse", p => p.Validation?.MeanSquaredError),
        ("validation_usage", p => p.Validation?.Codes.AttainableUsage),
        ("validation_entropy", p => p.Validation?.Codes.JointEntropy),
        ("validation_bit_correlation", p => p.Validation?.Codes.MeanBitCorrelation),
    ];

    private static readonly string Header = string.Join(',', Columns.Select(column => column.Name));

    private StreamWriter? _writer;

    /// <summary>The step with the lowest validation error, and that error.</summary>
    public (int Step, double Error)? Best { get; private set; }

    public void Add(TrainingProgress progress)
    {
        _writer ??= Open(progress.Step);
        Offer(progress.Step, progress.Validation?.MeanAbsoluteError);
        _writer.Write(string.Join(',', Columns.Select(column => Text(column.Value(progress)))) + "\n");
        _writer.Flush();
    }

    public void Dispose() => _writer?.Dispose();

    // Steps after the checkpoint that the run goes on from are taken again: their old rows go.
    private StreamWriter Open(int first)
    {
        string[] old = goesOn && File.Exists(path) ? File.ReadAllLines(path) : [];
        List<string> kept = [Header];
        if (old is [var header, ..] && header == Header)
        {
            foreach (string line in old.Skip(1))
            {
                string[] cells = line.Split(',');
                if (cells.Length != Columns.Length || !int.TryParse(cells[0], CultureInfo.InvariantCulture, out int step) || step >= first) continue;
                kept.Add(line);
                string error = cells[Array.FindIndex(Columns, column => column.Name == ErrorColumn)];
                Offer(step, double.TryParse(error, CultureInfo.InvariantCulture, out double value) ? value : null);
            }
        }

        var writer = new StreamWriter(path);
        foreach (string line in kept) writer.Write(line + "\n");
        return writer;
    }

    private void Offer(int step, double? error)
    {
        if (error is { } value && (Best is not { } best || value < best.Error)) Best = (step, value);
    }

    private static string Text(double? value) => value is { } number && double.IsFinite(number) ? number.ToString(CultureInfo.InvariantCulture) : "";
}
