using AudioBsq.Cli.Evaluation;

namespace AudioBsq.Cli.Reports;

/// <summary>Clips to see and hear.</summary>
internal static class ClipsSection
{
    public static Html Of(ReportContent content) => Html.Of($"""
        <section id="clips">
        <h2>Clips</h2>
        <p>{content.Clips.Count:N0} of {content.Evaluation.Clips.Count:N0} clips, chosen evenly in the order in which they were given.</p>
        {content.Clips.Select((clip, i) => One(content, clip, i + 1))}</section>

        """);

    private static Html One(ReportContent content, ReportClip clip, int number)
    {
        string unit = content.Model.Mel.Level.Unit(), name = Path.GetFileName(clip.Figures.Path);
        return Html.Of($"""
            <article>
            <h3>{number}. <bdi>{name}</bdi></h3>
            <p><bdi>{clip.Figures.Path}</bdi>, {clip.Seconds:F2} s{Cut(clip)}; mel error {clip.Error:F3} {unit}.</p>
            <div class="players">{clip.Sounds.Select(sound => Player(sound.Name, name, DataUri.Wav(sound.Sound)))}</div>
            <div class="plots">{clip.Pictures.Select(Picture)}</div>
            <details><summary>Figures of this clip</summary>
            {MetricTable.Of(content.Evaluation.Sound!, clip.Figures)}</details>
            </article>

            """);
    }

    private static Html Picture((string Caption, string Says, byte[] File) picture) =>
        PagePicture.Figure(Html.Of($"{picture.Caption}"), picture.Says, picture.File);

    private static Html Player(string sound, string clip, Html source) => Html.Of($"""
        <figure><figcaption>{sound}</figcaption>
        <audio controls="" preload="metadata" aria-label="{sound} of {clip}" src="{source}"></audio></figure>
        """);

    private static string Cut(ReportClip clip) =>
        clip.Original.Seconds < clip.Seconds
            ? FormattableString.Invariant($", of which this page has the first {clip.Original.Seconds:0.##} s") : "";
}
