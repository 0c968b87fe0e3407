using System.Globalization;
using AudioBsq.Cli.Evaluation;
using AudioBsq.Signal;

namespace AudioBsq.Cli.Reports;

/// <summary>Draws mel spectrograms (frames, bands) of one kind: a pixel for each frame and band, low bands at the bottom.</summary>
internal sealed class MelFigure
{
    private const double LeastDistance = 0.11; // of two marks, so that their texts do not touch

    private static readonly double[] Round = [50, 100, 250, 500, 1000, 2000, 4000, 8000, 16_000];

    private readonly MelOptions _mel;
    private readonly double _low, _high;
    private readonly Axis _frequencies;

    /// <param name="mel">How the frames were made.</param>
    /// <param name="low">Level of the darkest colour.</param>
    /// <param name="high">Level of the brightest one.</param>
    public MelFigure(MelOptions mel, double low, double high)
    {
        (_mel, _low, _high) = (mel, low, high);
        var bank = new MelFilterBank(mel);
        var marks = new List<(double Place, string Text)>();
        foreach (double hertz in Round.Where(hertz => hertz >= mel.MinFrequency && hertz <= mel.UpperFrequency))
        {
            double place = Place(bank, hertz);
            if (place - marks.LastOrDefault().Place >= LeastDistance) marks.Add((place, Text(hertz)));
        }

        _frequencies = new Axis(marks);
    }

    /// <summary>Differences from here on have the strongest colour: a quarter of the range of levels.</summary>
    public double MostDifference => (_high - _low) / 4;

    public Html Levels(Html caption, string says, ReadOnlySpan<float> mel) => Draw(caption, says, mel, _low, _high, Palette.Level);

    public Html Difference(Html caption, string says, ReadOnlySpan<float> mel) => Draw(caption, says, mel, -MostDifference, MostDifference, Palette.Difference);

    /// <summary>What the colours mean.</summary>
    public Html Scales() => Html.Of($"""
        <p class="scales">Level: {Plot.Scale(Number(_low), Palette.Level, Number(_high))}; difference:
        {Plot.Scale(Number(-MostDifference), Palette.Difference, "+" + Number(MostDifference))}, blue where the reconstruction is too quiet, red where it is too loud.</p>

        """);

    private Html Draw(Html caption, string says, ReadOnlySpan<float> mel, double low, double high, byte[] palette)
    {
        int bands = _mel.Bands, frames = mel.Length / bands;
        byte[] pixels = new byte[mel.Length];
        for (int i = 0; i < mel.Length; i++) pixels[(bands - 1 - i % bands) * frames + i / bands] = Palette.Place(mel[i], low, high);
        string text = string.Create(CultureInfo.InvariantCulture, $"Mel spectrogram, {frames / _mel.FrameRate:F1} s long, up to {_mel.UpperFrequency:N0} Hz: {says}");
        return Plot.Of(caption, Plot.Image(text, DataUri.Png(pixels, frames, palette)), Axis.Linear(frames / _mel.FrameRate, " s", 6), _frequencies, "mel");
    }

    // The height of a frequency, by the centres of the bands; a narrow band may have no bin, and so no centre.
    private double Place(MelFilterBank bank, double hertz)
    {
        (double below, double place) = (_mel.MinFrequency, 0);
        for (int band = 0; band < bank.Bands; band++)
        {
            double centre = Centre(bank, band), height = (band + 0.5) / bank.Bands;
            if (double.IsNaN(centre) || centre <= below) continue;
            if (centre >= hertz) return place + (height - place) * (hertz - below) / (centre - below);
            (below, place) = (centre, height);
        }

        return place + (1 - place) * Math.Min(1, (hertz - below) / Math.Max(1, _mel.UpperFrequency - below));
    }

    private double Centre(MelFilterBank bank, int band)
    {
        (double sum, double moment) = (0, 0);
        var weights = bank.Weights(band);
        for (int i = 0; i < weights.Length; i++)
        {
            sum += weights[i];
            moment += weights[i] * (bank.FirstBin(band) + i);
        }

        return moment / sum * _mel.SampleRate / _mel.FftLength;
    }

    private static string Text(double hertz) => FormattableString.Invariant(hertz < 1000 ? (FormattableString)$"{hertz:F0} Hz" : $"{hertz / 1000:F0} kHz");

    private string Number(double level) => FormattableString.Invariant($"{level:0.##}{MelUnit.Of(_mel.Level)}").Replace('-', '−');
}
