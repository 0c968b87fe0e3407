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
        curves.Add("loss_envelope", "envelope");
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
}
