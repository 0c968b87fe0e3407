using AudioBsq.Cli.Reports;

namespace AudioBsq.Cli.Training;

/// <summary>Training reports for TensorBoard: the numbers of metrics.csv as charts, and pictures of validation clips. A file for each part of a run that was interrupted.</summary>
/// <param name="folder">Made when the first report comes.</param>
internal sealed class TensorBoardLog(string folder) : IDisposable
{
    private TensorBoardFile? _file;

    public void Add(TrainingReport report, IEnumerable<(string Name, byte[] Picture)> pictures)
    {
        int step = report.Progress.Step;
        _file ??= new TensorBoardFile(folder, report.Progress.FirstStep + 1);
        foreach (var column in MetricColumn.All)
        {
            if (column.Name != MetricColumn.Step && column.Value(report) is { } value && double.IsFinite(value)) _file.Scalar(column.Chart, value, step);
        }

        foreach (var (name, picture) in pictures) _file.Image($"samples/{name}", picture, MelPicture.Width, MelPicture.Height, step);
        _file.Flush();
    }

    public void Dispose() => _file?.Dispose();
}
