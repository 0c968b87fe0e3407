namespace AudioBsq.Cli.Training;

/// <summary>Writes training reports to metrics.csv, a row for each. A value that a report does not have is an empty cell.</summary>
/// <param name="path">The file. Rows of an older one are kept up to the step from which training is resumed.</param>
/// <param name="columns">Its columns.</param>
internal sealed class MetricsFile(string path, IReadOnlyList<string> columns) : IDisposable
{
    private readonly List<MetricsRow> _rows = [];
    private StreamWriter? _writer;

    /// <summary>All rows, with those from before an interruption.</summary>
    public IReadOnlyList<MetricsRow> Rows => _rows;

    /// <summary>The row with the lowest value of a column; null when none has one.</summary>
    public MetricsRow? Lowest(string column) => _rows.Where(row => row[column] is not null).MinBy(row => row[column]);

    /// <param name="row">The row of a report.</param>
    /// <param name="firstStep">The step from which this process trains.</param>
    public void Add(MetricsRow row, int firstStep)
    {
        _writer ??= Open(firstStep);
        _rows.Add(row);
        _writer.Write($"{row}\n");
        _writer.Flush();
    }

    public void Dispose() => _writer?.Dispose();

    private StreamWriter Open(int firstStep)
    {
        string[] old = File.Exists(path) ? File.ReadAllLines(path) : [];
        string[] header = old is [var first, ..] ? first.Split(',') : [];
        var rows = old.Skip(1).Select(line => MetricsRow.Parse(columns, header, line)).OfType<MetricsRow>();
        _rows.AddRange(rows.Where(row => row.Step <= firstStep));
        var writer = new StreamWriter(path);
        writer.Write($"{string.Join(',', columns)}\n");
        foreach (var row in _rows) writer.Write($"{row}\n");
        return writer;
    }
}
