using ScottPlot;

namespace AudioBsq.Cli.Training;

/// <summary>
/// Draws the history of a training run as one picture: error, terms of the loss, learning rate and gradients, use of the codes.
/// </summary>
internal static class TrainingCurves
{
    /// <param name="rows">The rows of metrics.csv.</param>
    /// <param name="unit">Unit of the error, such as dB.</param>
    public static byte[] Draw(IReadOnlyList<MetricsRow> rows, string unit)
    {
        var multiplot = new Multiplot { Layout = new ScottPlot.MultiplotLayouts.Grid(2, 2) };
        multiplot.AddPlots(4);
        Error(new Curves(rows, multiplot.GetPlot(0)), unit);
        Terms(new Curves(rows, multiplot.GetPlot(1)));
        Steps(new Curves(rows, multiplot.GetPlot(2)));
        Codes(new Curves(rows, multiplot.GetPlot(3)));
        return multiplot.Render(1400, 900).GetImageBytes(ImageFormat.Png);
    }

    private static void Error(Curves curves, string unit)
    {
        curves.Add("mel_error", "training");
        curves.Add(MetricColumn.ValidationError, "validation");
        curves.Finish("Mel error", $"mean absolute error, {unit}");
    }

    private static void Terms(Curves curves)
    {
        curves.Add("loss", "sum");
        curves.Add("loss_reconstruction", "reconstruction");
        curves.Add("loss_quantizer", "quantizer");
        curves.Add("loss_multi_resolution", "multi-resolution");
        curves.Add("loss_adversarial", "adversarial");
        curves.Add("discriminator_loss", "discriminator's own");
        curves.Finish("Loss, with weights", "loss");
    }

    private static void Steps(Curves curves)
    {
        curves.Add("learning_rate", "learning rate");
        curves.Add("gradient_norm", "gradient norm (right)", right: true);
        curves.Finish("Learning rate and gradients", "learning rate", "norm of the gradients");
    }

    private static void Codes(Curves curves)
    {
        curves.Add("validation_usage", "codes used", scale: 100);
        curves.Add("validation_entropy", "joint entropy (right)", right: true);
        curves.Add("codebook_entropy", "soft code's entropy, training (right)", right: true);
        curves.Finish("Use of the codes", "% of possible codes", "bits", min: 0, max: 105);
    }

    /// <summary>One plot of lines over steps.</summary>
    private sealed class Curves(IReadOnlyList<MetricsRow> rows, Plot plot)
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
}
