using ScottPlot;

namespace AudioBsq.Cli.Training;

/// <summary>One plot of lines over steps.</summary>
internal sealed class Curves(IReadOnlyList<MetricsRow> rows, Plot plot)
{
    /// <summary>Adds a column as a line, unless it has no values.</summary>
    public void Add(string column, string label, bool right = false, double scale = 1)
    {
        var points = rows.Where(row => row[column] is not null)
            .Select(row => (Step: (double)row.Step, Value: row[column]!.Value * scale)).ToList();
        if (points.Count == 0) return;
        var line = plot.Add.Scatter(points.Select(point => point.Step).ToArray(), points.Select(point => point.Value).ToArray());
        line.LegendText = label;
        line.LineWidth = 2;
        line.MarkerSize = points.Count > 40 ? 0 : 5;
        if (right) line.Axes.YAxis = plot.Axes.Right;
    }

    /// <summary>Adds titles and scales the axes; the left one to its lines, unless limits are given.</summary>
    public void Finish(string title, string left, string? right = null, double? min = null, double? max = null)
    {
        plot.Title(title);
        plot.XLabel("step");
        plot.YLabel(left);
        plot.Axes.Right.Label.Text = right ?? "";
        foreach (var axis in (IAxis[])[plot.Axes.Left, plot.Axes.Right, plot.Axes.Bottom]) axis.Label.Bold = false;
        plot.Axes.AutoScale();
        plot.Axes.SetLimitsX(0, 1.02 * rows[^1].Step);
        if (min is { } low && max is { } high) plot.Axes.SetLimitsY(low, high, plot.Axes.Left);
        plot.ShowLegend(Edge.Bottom);
    }
}
