using System.Globalization;

namespace AudioBsq.Cli.Training;

/// <summary>One row of metrics.csv: a value or none for each of <see cref="MetricColumn.All"/>.</summary>
internal sealed class MetricsRow
{
    private readonly double?[] _values;

    private MetricsRow(double?[] values) => _values = values;

    public int Step => (int)this[MetricColumn.Step]!.Value;

    public double? this[string column] => _values[PlaceOf(column)];

    public static MetricsRow Of(TrainingReport report) => new([.. MetricColumn.All.Select(column => Finite(column.Value(report)))]);

    /// <summary>
    /// Reads a line below a header that another version may have written: columns that it lacks are empty. Null where the line is no row.
    /// </summary>
    public static MetricsRow? Parse(string[] header, string line)
    {
        string[] cells = line.Split(',');
        if (cells.Length != header.Length) return null;
        var row =
            new MetricsRow(
            [.. MetricColumn.All.Select(column => Number(Array.IndexOf(header, column.Name) is var at and >= 0 ? cells[at] : ""))]);
        return row[MetricColumn.Step] is >= 1 and <= int.MaxValue ? row : null;
    }

    public override string ToString() => string.Join(',', _values.Select(value => value?.ToString(CultureInfo.InvariantCulture)));

    private static int PlaceOf(string name)
    {
        for (int i = 0; i < MetricColumn.All.Count; i++)
        {
            if (MetricColumn.All[i].Name == name) return i;
        }

        throw new ArgumentException($"There is no column '{name}'.", nameof(name));
    }

    private static double? Number(string text) =>
        double.TryParse(text, CultureInfo.InvariantCulture, out double value) ? Finite(value) : null;

    private static double? Finite(double? value) => value is { } number && double.IsFinite(number) ? number : null;
}
