using System.Globalization;
using System.Text;

namespace AudioBsq.Cli.Reports;

/// <summary>
/// Start reading here: the whole page, section by section. It needs no other file and no network. Its policy forbids scripts, and whatever
/// is not in the page itself.
/// </summary>
internal static class ReportPage
{
    /// <summary>The page as UTF-8. It says its own size.</summary>
    public static byte[] Render(ReportContent content)
    {
        var page = new StringBuilder();
        page.Append(Html.Of($"""
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8"/>
            <meta name="viewport" content="width=device-width, initial-scale=1"/>
            <meta http-equiv="Content-Security-Policy"
              content="default-src 'none'; img-src data:; media-src data:; style-src 'unsafe-inline'"/>
            <link rel="icon" href="data:,"/>
            <title>Tokenizer report: {Path.GetFileName(content.Evaluation.Model)}</title>
            <style>
            {Style()}</style>
            </head>
            <body>
            <header>
            <h1>Tokenizer report: <bdi>{Path.GetFileName(content.Evaluation.Model)}</bdi></h1>
            {OriginSection.Of(content)}
            </header>
            <main>
            {TotalSection.Of(content)}
            {ClipsSection.Of(content)}
            {CodesSection.Of(content)}
            {PublishedSection.Of(content)}
            {ModelSection.Of(content)}
            </main>
            <footer><p>Written by audiobsq {content.Origin.Version}. This page is one file of
            """));
        int place = page.Append(' ').Length;
        page.Append("; it loads nothing and runs no script.</p></footer>\n</body>\n</html>\n");
        page.Insert(place, string.Create(CultureInfo.InvariantCulture, $"{Encoding.UTF8.GetByteCount(page.ToString()) / 1e6:F1} MB"));
        return Encoding.UTF8.GetBytes(page.ToString());
    }

    private static Html Style()
    {
        using var reader = new StreamReader(typeof(ReportPage).Assembly.GetManifestResourceStream("AudioBsq.Cli.Reports.page.css")!);
        return Html.Trusted(reader.ReadToEnd());
    }
}
