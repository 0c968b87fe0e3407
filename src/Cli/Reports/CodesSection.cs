namespace AudioBsq.Cli.Reports;

/// <summary>How the codes are used, over all clips.</summary>
internal static class CodesSection
{
    public static Html Of(ReportContent content) => Html.Of($"""
        <section id="codes">
        <h2>Use of the codes</h2>
        <p>All {content.Use.Diagnostics.Positions:N0} codes of all clips. A good code has all bits near entropy 1 and no correlation between two of them:
        then no bit says what another has said.</p>
        {CodeFigures.Of(content.Use)}
        </section>

        """);
}
