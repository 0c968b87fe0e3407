using ScottPlot;

namespace Quickstart;

/// <summary>Original and reconstructed mel spectrogram, one above the other.</summary>
internal static class Picture
{
    public const int Bands = 128;
    private const double FramesPerSecond = 100;

    public static void Save(string path, float[] original, float[] reconstructed, double error)
    {
        var multiplot = new Multiplot();
        multiplot.AddPlots(2);
        Draw(multiplot.GetPlot(0), original, "Original");
        Draw(multiplot.GetPlot(1), reconstructed, $"Reconstructed from tokens ({error:F1} dB mean error over all clips)");
        multiplot.SavePng(path, 900, 600);
    }

    private static void Draw(Plot plot, float[] mel, string title)
    {
        int frames = mel.Length / Bands;
        var levels = new double[Bands, frames];
        for (int i = 0; i < mel.Length; i++) levels[Bands - 1 - i % Bands, i / Bands] = mel[i]; // row 0 is drawn on top

        var heatmap = plot.Add.Heatmap(levels);
        heatmap.Extent = new CoordinateRect(0, frames / FramesPerSecond, 0, Bands);
        heatmap.Colormap = new ScottPlot.Colormaps.Magma();
        heatmap.ManualRange = new ScottPlot.Range(-80, 0);
        plot.Add.ColorBar(heatmap).Label = "dB";
        plot.Title(title);
        plot.XLabel("seconds");
        plot.YLabel("mel band");
        plot.Axes.Margins(0, 0);
    }
}
