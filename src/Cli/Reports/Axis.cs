using System.Globalization;

namespace AudioBsq.Cli.Reports;

/// <summary>Marks along one side of a plot: where each is, from 0 to 1, and what stands there.</summary>
internal sealed record Axis(IReadOnlyList<(double Place, string Text)> Marks)
{
    /// <summary>Round numbers from 0 to <paramref name="end"/>, about <paramref name="wanted"/> of them.</summary>
    public static Axis Linear(double end, string unit, int wanted)
    {
        double rough = end / wanted, power = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        double step = power * (rough / power) switch { <= 1 => 1, <= 2 => 2, <= 5 => 5, _ => 10 };
        var marks = new List<(double, string)>();
        for (int i = 0; i * step <= end * (1 + 1e-9); i++) marks.Add((i * step / end, Text(i * step, unit)));
        return new Axis(marks);
    }

    /// <summary>Powers of ten from 1 to <paramref name="end"/>, which is above 1.</summary>
    public static Axis Logarithmic(double end)
    {
        var marks = new List<(double, string)>();
        for (double value = 1; value <= end; value *= 10) marks.Add((Math.Log(value) / Math.Log(end), value.ToString("N0", CultureInfo.InvariantCulture)));
        return new Axis(marks);
    }

    /// <summary>Labels, each in the middle of its share of the side; left out in between where there are many.</summary>
    public static Axis Even(IReadOnlyList<string> labels, int most)
    {
        int step = (labels.Count + most - 1) / most;
        return new Axis([.. Enumerable.Range(0, labels.Count).Where(i => i % step == 0).Select(i => ((i + 0.5) / labels.Count, labels[i]))]);
    }

    private static string Text(double value, string unit) => string.Create(CultureInfo.InvariantCulture, $"{value:0.####}{unit}");
}
