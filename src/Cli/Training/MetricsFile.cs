namespace AudioBsq.Cli.Training;

/// <summary>Writes training reports to metrics.csv, a row for each. A value that a report does not have is an empty cell.</summary>
/// <param name="path">The file. Rows of an older one are kept up to the step from which training is resumed.</param>
internal sealed class MetricsFile(string path) : IDisposable
{
    private readonly List<MetricsRow> _rows = [];
    private StreamWriter? _writer;

    /// <summary>All rows, with those from before an interruption.</summary>
    public IReadOnlyList<MetricsRow> Rows => _rows;

    /// <summary>The row with the lowest validation error; null without validation.</summary>
    public MetricsRow? Best =>
        _rows.Where(row => row[MetricColumn.ValidationError] is not null).MinBy(row => row[MetricColumn.ValidationError]);

    public void Add(TrainingReport report)
    {
        _writer ??= Open(report.Progress.FirstStep);
        _rows.Add(MetricsRow.Of(report));
        _writer.Write($"{_rows[^1]}\n");
        _writer.Flush();
    }

    public void Dispose() => _writer?.Dispose();

    private StreamWriter Open(int firstStep)
    {
        string[] old = File.Exists(path) ? File.ReadAllLines(path) : [];
        string[] header = old is [var first, ..] ? first.Split(',') : [];
        _rows.AddRange(old.Skip(1).Select(line => MetricsRow.Parse(header, line)).OfType<MetricsRow>().Where(row => row.Step <= firstStep));
        var writer = new StreamWriter(path);
        writer.Write($"{string.Join(',', MetricColumn.All.Select(column => column.Name))}\n");
        foreach (var row in _rows) writer.Write($"{row}\n");
        return writer;
    }
}
