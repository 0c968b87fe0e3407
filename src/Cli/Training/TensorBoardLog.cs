using AudioBsq.Cli.Reports;

namespace AudioBsq.Cli.Training;

/// <summary>
/// Writes training reports for TensorBoard: the columns of metrics.csv as charts, and pictures of validation clips. A run that is resumed
/// begins a new file.
/// </summary>
/// <param name="folder">It is created with the first report.</param>
internal sealed class TensorBoardLog(string folder) : IDisposable
{
    private TensorBoardFile? _file;

    public void Add(TrainingReport report, IEnumerable<(string Name, byte[] Picture)> pictures)
    {
        int step = report.Progress.Step;
        _file ??= new TensorBoardFile(folder, report.Progress.FirstStep + 1);
        foreach (var column in MetricColumn.All)
        {
            if (column.Name == MetricColumn.Step || column.Value(report) is not { } value || !double.IsFinite(value)) continue;
            _file.AddScalar(column.Chart, value, step);
        }

        foreach (var (name, picture) in pictures)
            _file.AddImage($"samples/{name}", picture, MelPicture.PairWidth, MelPicture.PairHeight, step);
        _file.Flush();
    }

    public void Dispose() => _file?.Dispose();
}
