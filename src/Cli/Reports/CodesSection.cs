namespace AudioBsq.Cli.Reports;

/// <summary>How the codes are used, over all clips.</summary>
internal static class CodesSection
{
    public static Html Of(ReportContent content)
    {
        var (use, codes) = (content.Use, content.Use.Diagnostics);
        int once = use.Counts.Count(count => count == 1);
        string occurrences = FormattableString.Invariant(
            $"Of {codes.Positions:N0} codes the most frequent one occurs {use.Counts[0]:N0} times; {once:N0} codes occur once.");
        string entropies =
            FormattableString.Invariant($"Lowest {codes.BitEntropies.Min():F3}, mean {codes.MeanBitEntropy:F3}, {codes.DeadBits} dead.");
        string strengths =
            FormattableString.Invariant($"{codes.MeanBitCorrelation:F3} on average without its sign, {codes.MaxBitCorrelation:F3} at most");
        string correlations = $"Between two different bits that are not dead: {strengths}.";
        Html[] pictures =
        [
            PagePicture.Figure(
                Html.Of($"<b>Occurrences of each code</b>, the most frequent first. Dashed: if all were equally frequent. {occurrences}"),
                occurrences, CodePictures.Occurrences(use)),
            PagePicture.Figure(
                Html.Of($"<b>Entropy of each bit</b>, in bits; a full bar is a bit that is 0 and 1 equally often. {entropies}"),
                $"Entropy of each bit. {entropies}", CodePictures.Entropies(use)),
            PagePicture.Figure(
                Html.Of($"<b>Correlation of bits</b>, from −1, blue, to +1, red. {correlations}"),
                $"Correlation of each bit with each. {correlations}", CodePictures.Correlations(use)),
        ];
        return Html.Of($"""
            <section id="codes">
            <h2>Use of the codes</h2>
            <p>All {codes.Positions:N0} codes of all clips. A good code has all bits near entropy 1 and no correlation between two of them:
            then no bit says what another has said.</p>
            <div class="plots">{pictures}</div>
            </section>

            """);
    }
}
