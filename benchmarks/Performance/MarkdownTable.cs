using System.Globalization;
using System.Text;

namespace AudioBsq.Benchmarks.Performance;

/// <summary>A Markdown table, row by row, and how figures look in one.</summary>
internal sealed class MarkdownTable(params string[] columns)
{
    private readonly List<string[]> _rows = [];

    public void Add(params string[] cells) => _rows.Add(cells);

    public override string ToString()
    {
        var text = new StringBuilder();
        foreach (string[] row in (string[][])[columns, [.. columns.Select(_ => "---")], .. _rows])
            text.Append(CultureInfo.InvariantCulture, $"| {string.Join(" | ", row)} |\n");
        return text.ToString();
    }

    /// <summary>Three significant digits; nothing for null.</summary>
    public static string Figure(double? value) => value switch
    {
        null => "",
        0 => "0",
        { } x => Figure(x, Math.Max(0, 2 - (int)Math.Floor(Math.Log10(Math.Abs(x))))),
    };

    /// <summary>Milliseconds of a number of seconds.</summary>
    public static string Milliseconds(double? seconds) => Figure(1000 * seconds);

    /// <summary>A part of a whole, in percent.</summary>
    public static string Percent(double? part) => part is { } x ? string.Create(CultureInfo.InvariantCulture, $"{100 * x:F0} %") : "";

    /// <summary>A ratio.</summary>
    public static string Ratio(double? ratio) => ratio is { } x ? string.Create(CultureInfo.InvariantCulture, $"{x:F2}") : "";

    private static string Figure(double value, int decimals) => value.ToString($"N{decimals}", CultureInfo.InvariantCulture);
}
