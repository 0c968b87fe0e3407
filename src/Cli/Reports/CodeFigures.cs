using System.Globalization;

namespace AudioBsq.Cli.Reports;

/// <summary>Three pictures of how a model uses its codes.</summary>
internal static class CodeFigures
{
    public static Html Of(CodeUse use) => Html.Of($"""<div class="plots">{Frequencies(use)}{Entropies(use)}{Correlations(use)}</div>""");

    // How often each code occurs, sorted; both axes are logarithmic.
    private static Html Frequencies(CodeUse use)
    {
        double ranks = Math.Max(10, use.Counts.Count), most = Math.Max(10, use.Counts[0]);
        double even = use.Diagnostics.Positions / Math.Min(Math.ScaleB(1, use.Diagnostics.Bits), use.Diagnostics.Positions);
        var steps = Steps(use.Counts).Select(step => Html.Of($"{X(step.Rank, ranks):F2},{Y(step.Count, most):F2} "));
        var shapes = Html.Of($"""
            <polyline class="guide" points="0,{Y(even, most):F2} 100,{Y(even, most):F2}"/><polyline class="curve" points="{steps}"/>
            """);
        string says = Text($"Of {use.Diagnostics.Positions:N0} codes the most frequent one occurs {use.Counts[0]:N0} times; codes that occur only once: {use.Counts.Count(count => count == 1):N0}.");
        return Plot.Of(
            Html.Of($"""<b>Occurrences of each code</b>, from the most to the least frequent. Dashed: if all were equally frequent. {says}"""),
            Plot.Drawing(says, shapes), Axis.Logarithmic(ranks), Axis.Logarithmic(most), "codes");
    }

    // Where the count changes: a polyline needs no points in between.
    private static IEnumerable<(int Rank, int Count)> Steps(IReadOnlyList<int> counts)
    {
        for (int i = 0; i < counts.Count; i++)
        {
            if (i == 0 || i == counts.Count - 1 || counts[i] != counts[i - 1] || counts[i] != counts[i + 1]) yield return (i + 1, counts[i]);
        }
    }

    private static Html Entropies(CodeUse use)
    {
        var entropies = use.Diagnostics.BitEntropies;
        double width = 100.0 / entropies.Count;
        var bars = entropies.Select((entropy, bit) =>
            Html.Of($"""<rect class="bar" x="{(bit + 0.1) * width:F2}" y="{100 - 100 * entropy:F2}" width="{0.8 * width:F2}" height="{100 * entropy:F2}"/>"""));
        string says = Text($"Lowest {entropies.Min():F3}, mean {use.Diagnostics.MeanBitEntropy:F3}, {use.Diagnostics.DeadBits} dead.");
        return Plot.Of(
            Html.Of($"""<b>Entropy of each bit</b>, in bits; a full bar is a bit that is 0 and 1 equally often. {says}"""),
            Plot.Drawing("Entropy of each bit. " + says, Html.Of($"{bars}")), Axis.Even(Numbers(entropies.Count), 12), new Axis([(0, "0"), (0.5, "0.5"), (1, "1")]), "codes");
    }

    private static Html Correlations(CodeUse use)
    {
        int bits = use.Correlations.Count;
        byte[] pixels = [.. use.Correlations.SelectMany(row => row).Select(value => Palette.Place(value ?? 0, -1, 1))];
        string says = Text($"Between two different bits that are not dead: {use.Diagnostics.MeanBitCorrelation:F3} on average without its sign, {use.Diagnostics.MaxBitCorrelation:F3} at most.");
        var numbers = Axis.Even(Numbers(bits), 12);
        return Plot.Of(
            Html.Of($"""<b>Correlation of bits</b>, {Plot.Scale("−1", Palette.Difference, "+1")}. {says}"""),
            Plot.Image("Correlation of each bit with each. " + says, DataUri.Png(pixels, bits, Palette.Difference)),
            numbers, new Axis([.. numbers.Marks.Select(mark => (1 - mark.Place, mark.Text))]), "codes pixels");
    }

    private static string[] Numbers(int bits) => [.. Enumerable.Range(1, bits).Select(bit => bit.ToString(CultureInfo.InvariantCulture))];

    private static double X(double rank, double ranks) => 100 * Math.Log(rank) / Math.Log(ranks);

    private static double Y(double count, double most) => 100 - 100 * Math.Log(count) / Math.Log(most);

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
