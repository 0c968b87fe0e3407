using AudioBsq.Cli.Evaluation;
using AudioBsq.Signal;
using ScottPlot;
using Plot = ScottPlot.Plot;

namespace AudioBsq.Cli.Reports;

/// <summary>Original and reconstructed mel spectrogram, one above the other, as a PNG file.</summary>
/// <param name="mel">How they were made.</param>
/// <param name="low">The level that is drawn darkest.</param>
/// <param name="high">The level that is drawn brightest.</param>
internal sealed class MelPicture(MelOptions mel, double low, double high)
{
    public const int Width = 900, Height = 600;

    public byte[] Draw(float[] original, float[] reconstructed, string title)
    {
        var multiplot = new Multiplot();
        multiplot.AddPlots(2);
        Fill(multiplot.GetPlot(0), original, "Original");
        Fill(multiplot.GetPlot(1), reconstructed, title);
        return multiplot.Render(Width, Height).GetImageBytes(ImageFormat.Png);
    }

    private void Fill(Plot plot, float[] values, string title)
    {
        int bands = mel.Bands, frames = values.Length / bands;
        var levels = new double[bands, frames];
        for (int i = 0; i < values.Length; i++) levels[bands - 1 - i % bands, i / bands] = values[i]; // row 0 is drawn on top

        var heatmap = plot.Add.Heatmap(levels);
        heatmap.Extent = new CoordinateRect(0, frames / mel.FrameRate, 0, bands);
        heatmap.Colormap = new ScottPlot.Colormaps.Magma();
        heatmap.ManualRange = new ScottPlot.Range(low, high);
        plot.Add.ColorBar(heatmap).Label = mel.Level.Unit();
        plot.Title(title);
        plot.XLabel("seconds");
        plot.YLabel("mel band");
        plot.Axes.Margins(0, 0);
    }
}
