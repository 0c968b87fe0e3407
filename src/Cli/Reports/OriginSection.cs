namespace AudioBsq.Cli.Reports;

/// <summary>What the page is about, in a few lines: the model in short, and how the page was made.</summary>
internal static class OriginSection
{
    public static Html Of(ReportContent content)
    {
        var (origin, model, evaluation) = (content.Origin, content.Model, content.Evaluation);
        var options = model.Model;
        return Html.Of($"""
            <p class="lead">{model.TokensPerSecond:0.##} tokens a second of {model.BitsPerToken} bits,
            <strong>{model.BitsPerSecond:N0} bit/s</strong>; {model.Parameters:N0} parameters:
            {options.Encoder.Layers} + {options.EffectiveDecoder.Layers} blocks of width {options.Encoder.Width}, patches of
            {options.PatchFrames} frames × {options.PatchBands} bands, {model.Mel.Bands} mel bands at {model.Mel.SampleRate:N0} Hz.</p>
            <dl>
            <dt>Measured on</dt>
            <dd>{evaluation.Clips.Count:N0} clips, {evaluation.Total.Seconds:N1} s{Failed(evaluation.Failed.Count)}</dd>
            <dt>Model's fingerprint</dt>
            <dd><code>{model.Fingerprint}</code></dd>
            <dt>Model's file</dt>
            <dd><bdi>{evaluation.Model}</bdi>, {origin.Bytes / 1e6:F1} MB, SHA-256 <code>{origin.Sha256}</code></dd>
            <dt>Command</dt><dd><code>{origin.Command}</code></dd>
            <dt>Made</dt>
            <dd><time datetime="{origin.Date:yyyy-MM-ddTHH:mm:ssZ}">{origin.Date:yyyy-MM-dd HH:mm} UTC</time>
            by audiobsq {origin.Version}</dd>
            </dl>
            <nav aria-label="Sections"><ul>
            <li><a href="#total">Figures</a></li><li><a href="#clips">Clips</a></li><li><a href="#codes">Codes</a></li>
            <li><a href="#published">Published codecs</a></li><li><a href="#model">Model</a></li>
            </ul></nav>
            """);
    }

    private static Html Failed(int count) =>
        count == 0 ? default : Html.Of($"; {count:N0} {(count == 1 ? "file" : "files")} could not be measured");
}
