using System.Globalization;
using ScottPlot;
using ScottPlot.TickGenerators;

namespace AudioBsq.Cli.Reports;

/// <summary>Three pictures of how a model uses its codes.</summary>
internal static class CodePictures
{
    /// <summary>
    /// How often each code occurs, from the most to the least frequent, both axes logarithmic; a dashed line where all would be equally
    /// frequent.
    /// </summary>
    public static byte[] Occurrences(CodeUse use)
    {
        using var plot = new Plot();
        double[] ranks = [.. use.Counts.Select((_, rank) => Math.Log10(rank + 1))],
            counts = [.. use.Counts.Select(count => Math.Log10(count))];
        var line = plot.Add.ScatterLine(ranks, counts);
        line.LineWidth = 2;
        double even = use.Diagnostics.Positions / Math.Min(Math.ScaleB(1, use.Diagnostics.Bits), use.Diagnostics.Positions);
        plot.Add.HorizontalLine(Math.Log10(even), 1, Colors.Grey, LinePattern.Dashed);
        foreach (var axis in (IAxis[])[plot.Axes.Left, plot.Axes.Bottom])
        {
            axis.TickGenerator = new NumericAutomatic
            {
                IntegerTicksOnly = true,
                LabelFormatter = power => Math.Pow(10, power).ToString("N0", CultureInfo.InvariantCulture),
                MinorTickGenerator = new LogMinorTickGenerator(),
            };
        }

        plot.Axes.SetLimits(0, 1.03 * Math.Max(1, ranks[^1]), -0.05, 1.05 * Math.Max(1, counts[0]));
        return Finish(plot, "rank of the code", "occurrences");
    }

    /// <summary>The entropy of each bit: 1 is a bit that is 0 and 1 equally often.</summary>
    public static byte[] Entropies(CodeUse use)
    {
        using var plot = new Plot();
        plot.Add.Bars([.. use.Diagnostics.BitEntropies.Select((_, bit) => bit + 1.0)], use.Diagnostics.BitEntropies);
        plot.Axes.SetLimits(0.4, use.Diagnostics.BitEntropies.Count + 0.6, 0, 1);
        plot.Axes.Bottom.TickGenerator = WholeNumbers();
        return Finish(plot, "bit", "entropy");
    }

    /// <summary>The correlation of each bit with each: blue below zero, red above it, nothing where a bit is dead.</summary>
    public static byte[] Correlations(CodeUse use)
    {
        using var plot = new Plot();
        int bits = use.Correlations.Count;
        var rows = new double[bits, bits];
        for (int row = 0; row < bits; row++)
        {
            // row 0 is on top
            for (int column = 0; column < bits; column++) rows[bits - 1 - row, column] = use.Correlations[row][column] ?? double.NaN;
        }

        var heatmap = plot.Add.Heatmap(rows);
        heatmap.Extent = new CoordinateRect(1, bits, 1, bits); // centres of the outermost cells
        heatmap.Colormap = new ScottPlot.Colormaps.Balance();
        heatmap.ManualRange = new ScottPlot.Range(-1, 1);
        plot.Add.ColorBar(heatmap);
        plot.Axes.SetLimits(0.5, bits + 0.5, 0.5, bits + 0.5);
        (plot.Axes.Left.TickGenerator, plot.Axes.Bottom.TickGenerator) = (WholeNumbers(), WholeNumbers());
        return Finish(plot, "bit", "bit");
    }

    private static byte[] Finish(Plot plot, string x, string y)
    {
        plot.XLabel(x);
        plot.YLabel(y);
        foreach (var axis in (IAxis[])[plot.Axes.Left, plot.Axes.Bottom]) axis.Label.Bold = false;
        return PagePicture.Render(plot);
    }

    private static NumericAutomatic WholeNumbers() =>
        new() { IntegerTicksOnly = true, MinorTickGenerator = new EvenlySpacedMinorTickGenerator(1) };
}
