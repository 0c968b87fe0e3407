using AudioBsq.Cli.Evaluation;

namespace AudioBsq.Cli.Reports;

/// <summary>Clips to see and hear.</summary>
internal static class ClipsSection
{
    public static Html Of(ReportContent content)
    {
        var figure = new MelFigure(content.Model.Mel, content.Model.Model.MinLevel, content.Model.Model.MaxLevel);
        return Html.Of($"""
            <section id="clips">
            <h2>Clips</h2>
            <p>{content.Clips.Count:N0} of {content.Evaluation.Clips.Count:N0} clips, chosen evenly in the order in which they were given.</p>
            {figure.Scales()}{content.Clips.Select((clip, i) => One(content, figure, clip, i + 1))}</section>

            """);
    }

    private static Html One(ReportContent content, MelFigure figure, ReportClip clip, int number)
    {
        string unit = MelUnit.Of(content.Model.Mel.Level), name = Path.GetFileName(clip.Figures.Path);
        float[] difference = [.. clip.Drawn.Zip(clip.Mel, (drawn, original) => drawn - original)];
        Html[] pictures =
        [
            figure.Levels(Html.Of($"Original"), $"the original of {name}", clip.Mel),
            figure.Levels(Html.Of($"Reconstruction from tokens"), $"the reconstruction of {name}", clip.Drawn),
            figure.Difference(Html.Of($"Difference, reconstruction − original"), FormattableString.Invariant($"reconstruction minus original of {name}, {difference.Average(Math.Abs):F1}{unit} apart on average"), difference),
        ];
        return Html.Of($"""
            <article>
            <h3>{number}. <bdi>{name}</bdi></h3>
            <p><bdi>{clip.Figures.Path}</bdi>, {clip.Seconds:F2} s{Cut(clip)}; mel error {clip.Error:F3}{unit}.</p>
            <div class="players">{clip.Sounds.Select(sound => Html.Of($"""
            <figure><figcaption>{sound.Name}</figcaption><audio controls="" preload="metadata" aria-label="{sound.Name} of {name}" src="{DataUri.Wav(sound.Sound)}"></audio></figure>
            """))}</div>
            <div class="plots">
            {pictures}</div>
            <details><summary>Figures of this clip</summary>
            {MetricTable.Of(content.Evaluation.Sound!, clip.Figures)}</details>
            </article>

            """);
    }

    private static string Cut(ReportClip clip) => clip.Shown < clip.Seconds ? FormattableString.Invariant($", of which this page has the first {clip.Shown:0.##} s") : "";
}
