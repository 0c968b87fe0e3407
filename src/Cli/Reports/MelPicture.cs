using System.Globalization;
using AudioBsq.Cli.Evaluation;
using AudioBsq.Signal;
using ScottPlot;

namespace AudioBsq.Cli.Reports;

/// <summary>Draws mel spectrograms (frames, bands): time to the right, low bands at the bottom, level as colour.</summary>
/// <param name="mel">How they were made.</param>
/// <param name="low">Level of the darkest colour.</param>
/// <param name="high">Level of the brightest colour.</param>
internal sealed class MelPicture(MelOptions mel, double low, double high)
{
    /// <summary>Size of <see cref="Pair"/> in pixels.</summary>
    public const int PairWidth = 900, PairHeight = 600;

    private const int MinDistance = 12; // pixels between two marks on an axis of 100

    private static readonly double[] MarkedHertz = [100, 250, 500, 1000, 2000, 4000, 8000, 16_000];

    /// <summary>Original above reconstruction, as a PNG file.</summary>
    public byte[] Pair(float[] original, float[] reconstructed, string title) => Column(("Original", original), (title, reconstructed));

    /// <summary>Spectrograms one above another, as a PNG file. NaN stays empty.</summary>
    public byte[] Column(params (string Title, float[] Levels)[] spectrograms)
    {
        var multiplot = new Multiplot();
        multiplot.AddPlots(spectrograms.Length);
        for (int i = 0; i < spectrograms.Length; i++)
        {
            AddLevels(multiplot.GetPlot(i), spectrograms[i].Levels);
            multiplot.GetPlot(i).Title(spectrograms[i].Title);
        }

        return multiplot.Render(PairWidth, PairHeight / 2 * spectrograms.Length).GetImageBytes(ImageFormat.Png);
    }

    /// <summary>One spectrogram, for a page.</summary>
    public byte[] Levels(float[] levels)
    {
        using var plot = new Plot();
        AddLevels(plot, levels);
        return PagePicture.Render(plot);
    }

    /// <summary>
    /// A difference of two, blue below zero and red above it. The strongest colours stand for a quarter of the range of levels, and for
    /// more.
    /// </summary>
    public byte[] Difference(float[] difference)
    {
        using var plot = new Plot();
        Add(plot, difference, new ScottPlot.Colormaps.Balance(), (low - high) / 4, (high - low) / 4);
        return PagePicture.Render(plot);
    }

    private void AddLevels(Plot plot, float[] levels) => Add(plot, levels, new ScottPlot.Colormaps.Magma(), low, high);

    private void Add(Plot plot, float[] values, IColormap colours, double from, double to)
    {
        int bands = mel.Bands, frames = values.Length / bands, columns = Math.Max(2, frames); // ScottPlot draws no single column
        var rows = new double[bands, columns];
        for (int band = 0; band < bands; band++)
        {
            // row 0 is on top
            for (int column = 0; column < columns; column++)
                rows[bands - 1 - band, column] = values[Math.Min(column, frames - 1) * bands + band];
        }

        var heatmap = plot.Add.Heatmap(rows);
        (heatmap.CellAlignment, heatmap.Extent) = (Alignment.LowerLeft, new CoordinateRect(0, frames / mel.FrameRate, 0, bands));
        heatmap.Colormap = colours;
        heatmap.ManualRange = new ScottPlot.Range(from, to);
        var scale = plot.Add.ColorBar(heatmap);
        (scale.Label, scale.LabelStyle.Bold) = (mel.Level.Unit(), false);
        var (places, hertz) = Marks();
        plot.Axes.Left.SetTicks(places, hertz);
        plot.XLabel("seconds");
        plot.YLabel("Hz");
        foreach (var axis in (IAxis[])[plot.Axes.Left, plot.Axes.Bottom]) axis.Label.Bold = false;
        plot.Axes.SetLimits(0, frames / mel.FrameRate, 0, bands);
    }

    // Round frequencies that are far enough from the mark below, each at its place among the bands, whose centres are equally spaced in
    // mel.
    private (double[] Places, string[] Hertz) Marks()
    {
        double bottom = MelFilterBank.ToMel(mel.MinFrequency, mel.Scale), top = MelFilterBank.ToMel(mel.UpperFrequency, mel.Scale);
        var marks = new List<(double Place, string Hertz)>();
        foreach (double hertz in MarkedHertz.Where(hertz => hertz >= mel.MinFrequency && hertz <= mel.UpperFrequency))
        {
            double place = Math.Min((MelFilterBank.ToMel(hertz, mel.Scale) - bottom) / (top - bottom) * (mel.Bands + 1) - 0.5, mel.Bands);
            double last = marks.Count == 0 ? double.NegativeInfinity : marks[^1].Place;
            if (100 * (place - last) >= MinDistance * mel.Bands) marks.Add((place, hertz.ToString("F0", CultureInfo.InvariantCulture)));
        }

        return ([.. marks.Select(mark => mark.Place)], [.. marks.Select(mark => mark.Hertz)]);
    }
}
