using System.Globalization;
using System.Text;
using System.Text.Json;
using AudioBsq.Cli.Console;

namespace AudioBsq.Cli.Training;

/// <summary>Sweep variants side by side. Errors are those of the weights that each run kept, on its validation clips.</summary>
internal sealed record Comparison(string Kind, IReadOnlyList<Comparison.Row> Cases) : ISummary
{
    private static readonly (string Name, string Format, Func<JsonElement, double> Of)[] Columns =
    [
        ("Mel error", "F3", run => run.GetProperty("best").GetProperty("meanAbsoluteError").GetDouble()),
        ("Codes used", "P0", run => Validation(run, "codeUsage")),
        ("Joint entropy", "F2", run => Validation(run, "jointEntropy")),
        ("Bit correlation", "F3", run => Validation(run, "meanBitCorrelation")),
        ("bit/s", "F0", run => run.GetProperty("bitsPerSecond").GetDouble()),
        ("Parameters", "N0", run => run.GetProperty("parameters").GetDouble()),
        ("Seconds", "F0", run => run.GetProperty("seconds").GetDouble()),
    ];

    /// <summary>Headings of <see cref="Table"/>.</summary>
    public static string[] Headings { get; } = ["Case", .. Columns.Select(column => column.Name), "Mel error of each seed"];

    public static Comparison Of(IEnumerable<SweepRun> runs) => new("comparison", [.. runs.GroupBy(run => run.Variant).Select(Row.Of)]);

    /// <summary>A row for each variant.</summary>
    public IEnumerable<string[]> Table() =>
        Cases.Select(row => (string[])[row.Name, .. Columns.Select(column => Text(row.Figures[column.Name], column.Format)), Seeds(row)]);

    public IEnumerable<(string Name, string Value)> Rows() => Cases.Select(row => (row.Name, Text(row.Figures["Mel error"], "F3")));

    public string Markdown()
    {
        var text = new StringBuilder();
        foreach (string[] cells in Table().Prepend([.. Headings.Select(_ => "---")]).Prepend(Headings))
            text.Append($"| {string.Join(" | ", cells)} |\n");
        return text.ToString();
    }

    private static double Validation(JsonElement run, string name) =>
        run.GetProperty("final").GetProperty("validation").GetProperty(name).GetDouble();

    private static string Seeds(Row row) =>
        string.Join(", ", row.Figures["Mel error"].Runs.Select(value => value.ToString("F2", CultureInfo.InvariantCulture)));

    private static string Text(Figure figure, string format)
    {
        string Format(double value) => value.ToString(format, CultureInfo.InvariantCulture);
        return figure.Runs.Distinct().Count() == 1 ? Format(figure.Mean) : $"{Format(figure.Mean)} ± {Format(figure.Deviation)}";
    }

    /// <summary>A variant, and its figures by column.</summary>
    internal sealed record Row(
        string Name, IReadOnlyList<string> Overrides, IReadOnlyList<int> Seeds, IReadOnlyDictionary<string, Figure> Figures)
    {
        public static Row Of(IGrouping<SweepVariant, SweepRun> runs)
        {
            JsonElement[] results = [.. runs.Select(run => run.Read())];
            return new Row(
                runs.Key.Name, runs.Key.Overrides, [.. runs.Select(run => run.Seed)],
                Columns.ToDictionary(column => column.Name, column => Figure.Of([.. results.Select(column.Of)])));
        }
    }

    /// <summary>Mean and standard deviation (0 for a single run) of a figure, and its value in each run.</summary>
    internal sealed record Figure(double Mean, double Deviation, IReadOnlyList<double> Runs)
    {
        public static Figure Of(double[] runs)
        {
            double mean = runs.Average(), squares = runs.Sum(value => (value - mean) * (value - mean));
            return new Figure(mean, runs.Length == 1 ? 0 : Math.Sqrt(squares / (runs.Length - 1)), runs);
        }
    }
}
