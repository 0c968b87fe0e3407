using System.Globalization;
using System.Text;

namespace QuantizerComparison;

/// <summary>Writes every run to a CSV file as soon as it ends, and means over the seeds to a Markdown table.</summary>
internal sealed class Report
{
    private static readonly (string Name, string Format, Func<Result, double> Of)[] Columns =
    [
        ("dev mel error (dB)", "F2", r => r.Dev.MeanAbsoluteError),
        ("codes used", "F0", r => r.Dev.Codes.DistinctCodes),
        ("share of attainable", "P0", r => r.Dev.Codes.AttainableUsage),
        ("joint entropy (bit)", "F2", r => r.Dev.Codes.JointEntropy),
        ("/ log2(vocabulary)", "F3", r => r.Dev.Codes.NormalizedJointEntropy),
        ("/ log2(used)", "F3", r => r.Dev.Codes.Evenness),
        ("mean bit entropy", "F3", r => r.Dev.Codes.MeanBitEntropy),
        ("dead bits", "F1", r => r.Dev.Codes.DeadBits),
        ("bit correlation", "F3", r => r.Dev.Codes.MeanBitCorrelation),
        ("largest", "F2", r => r.Dev.Codes.MaxBitCorrelation),
    ];

    private readonly List<Result> _results = [];
    private readonly string _csv, _markdown;

    public Report(string folder, string name)
    {
        Directory.CreateDirectory(folder);
        (_csv, _markdown) = (Path.Combine(folder, $"{name}.csv"), Path.Combine(folder, $"{name}.md"));
        File.WriteAllText(_csv, $"quantizer;seed;{string.Join(';', Columns.Select(column => column.Name))}\n");
    }

    public void Add(Result result)
    {
        _results.Add(result);
        var values = Columns.Select(column => column.Of(result).ToString("R", CultureInfo.InvariantCulture));
        File.AppendAllText(_csv, $"{result.Setup};{result.Seed};{string.Join(';', values)}\n");
        var codes = result.Dev.Codes;
        Console.WriteLine(
            $"{result.Setup,-34} seed {result.Seed}   {result.Dev.MeanAbsoluteError:F2} dB   {codes.DistinctCodes} codes   "
            + $"{codes.JointEntropy:F2} bit   {result.Training:mm\\:ss}");
    }

    /// <summary>Means, and the standard deviation over seeds where there are several.</summary>
    public string WriteTable()
    {
        string names = string.Join(" | ", Columns.Select(column => column.Name));
        string rule = string.Concat(Enumerable.Repeat("---|", Columns.Length));
        var table = new StringBuilder($"| quantizer | {names} |\n|---|{rule}\n");
        foreach (var runs in _results.GroupBy(result => result.Setup))
            table.Append(
                CultureInfo.InvariantCulture,
                $"| {runs.Key} | {string.Join(" | ", Columns.Select(column => Say([.. runs.Select(column.Of)], column.Format)))} |\n");
        File.WriteAllText(_markdown, table.ToString());
        return $"{table}\n{_markdown} and {_csv}";
    }

    private static string Say(double[] values, string format)
    {
        double mean = values.Average();
        string text = mean.ToString(format, CultureInfo.InvariantCulture);
        if (values.Length == 1) return text;
        double deviation = Math.Sqrt(values.Sum(value => (value - mean) * (value - mean)) / (values.Length - 1));
        return $"{text} ± {deviation.ToString(format, CultureInfo.InvariantCulture)}";
    }
}
