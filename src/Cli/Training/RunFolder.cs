using AudioBsq.Cli.Configuration;
using AudioBsq.Cli.Console;
using AudioBsq.Cli.Evaluation;
using AudioBsq.Signal;

namespace AudioBsq.Cli.Training;

/// <summary>Writes the folder of a training run, whose files docs/training.md lists.</summary>
internal sealed class RunFolder : IDisposable
{
    private const string ModelName = "tokenizer.zip";

    private readonly ResultFolder _files;
    private readonly TrainingConfig _config;
    private readonly MetricsFile _metrics;
    private readonly ValidationSamples _samples;
    private readonly TensorBoardLog? _tensorBoard;

    /// <param name="files">The folder.</param>
    /// <param name="config">The configuration of the run.</param>
    /// <param name="original">Name and sound of a validation clip, by its position.</param>
    public RunFolder(ResultFolder files, TrainingConfig config, Func<int, (string Name, Waveform Sound)> original)
    {
        (_files, _config) = (files, config);
        _metrics = new MetricsFile(files.PathOf("metrics.csv"), MetricColumn.Names);
        _samples = new ValidationSamples(files.PathOf("samples"), config.Model, config.Mel, original);
        if (config.TensorBoard) _tensorBoard = new TensorBoardLog(files.PathOf("tensorboard"));
    }

    public string ModelPath => _files.PathOf(ModelName);

    public TrainingHistory History { get; } = new();

    public void Add(TrainingReport report)
    {
        _metrics.Add(MetricsRow.Of(report), report.Progress.FirstStep);
        History.Add(report, _metrics.Lowest(MetricColumn.ValidationLoss) ?? _metrics.Lowest(MetricColumn.ValidationError));
        List<(string Name, byte[] Picture)> pictures = [];
        _files.Draw("samples", () => pictures.AddRange(_samples.Write(report.Progress)));
        _tensorBoard?.Add(report, pictures);
    }

    public void WriteModel(Action<Stream> save) => _files.Write(ModelName, save);

    /// <summary>Draws the training history, if there was a report.</summary>
    public void WriteCurves()
    {
        if (_metrics.Rows.Count == 0) return;
        _files.Draw("curves.png", () =>
        {
            byte[] picture = TrainingCurves.Draw(_metrics.Rows, _config.Mel.Level.Unit());
            _files.Write("curves.png", stream => stream.Write(picture));
        });
    }

    public IReadOnlyList<TrainingSummary.Entry> Entries() => _files.Entries();

    public void WriteSummary(ISummary summary) => _files.WriteText("summary.json", summary.ToJson() + "\n");

    public void Dispose()
    {
        _metrics.Dispose();
        _tensorBoard?.Dispose();
    }
}
