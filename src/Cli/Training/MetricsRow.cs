using System.Globalization;

namespace AudioBsq.Cli.Training;

/// <summary>One row of metrics.csv: a value or none for each column, of which one is the step.</summary>
internal sealed class MetricsRow
{
    private readonly IReadOnlyList<string> _columns;
    private readonly double?[] _values;

    public MetricsRow(IReadOnlyList<string> columns, IEnumerable<double?> values) =>
        (_columns, _values) = (columns, [.. values.Select(Finite)]);

    public int Step => (int)this[MetricColumn.Step]!.Value;

    public double? this[string column] => _values[PlaceOf(column)];

    public static MetricsRow Of(TrainingReport report) => new(MetricColumn.Names, MetricColumn.All.Select(column => column.Value(report)));

    /// <summary>
    /// Reads a line below a header that another version may have written: columns that it lacks are empty. Null where the line is no row.
    /// </summary>
    public static MetricsRow? Parse(IReadOnlyList<string> columns, string[] header, string line)
    {
        string[] cells = line.Split(',');
        if (cells.Length != header.Length) return null;
        var row = new MetricsRow(columns, columns.Select(name => Number(Array.IndexOf(header, name) is var at and >= 0 ? cells[at] : "")));
        return row[MetricColumn.Step] is >= 1 and <= int.MaxValue ? row : null;
    }

    public override string ToString() => string.Join(',', _values.Select(value => value?.ToString(CultureInfo.InvariantCulture)));

    private int PlaceOf(string name)
    {
        for (int i = 0; i < _columns.Count; i++)
        {
            if (_columns[i] == name) return i;
        }

        throw new ArgumentException($"There is no column '{name}'.", nameof(name));
    }

    private static double? Number(string text) => double.TryParse(text, CultureInfo.InvariantCulture, out double value) ? value : null;

    private static double? Finite(double? value) => value is { } number && double.IsFinite(number) ? number : null;
}
