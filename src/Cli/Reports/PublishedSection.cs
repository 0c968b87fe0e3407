using AudioBsq.Cli.Evaluation;
using AudioBsq.Metrics;

namespace AudioBsq.Cli.Reports;

/// <summary>This model beside codecs whose figures others have published, with what can be compared and what cannot.</summary>
internal static class PublishedSection
{
    private const string FocalCodecSource = "https://arxiv.org/abs/2502.04465";

    private static readonly (double Rate, double Naturalness, double WordErrors, double Similarity)[] FocalCodec =
        [(0.16, 4.22, 7.94, 93.9), (0.33, 4.14, 3.30, 96.3), (0.65, 4.05, 2.18, 97.4)];

    public static Html Of(ReportContent content)
    {
        var sound = content.Evaluation.Sound!;
        string rate = FormattableString.Invariant($"{content.Model.BitsPerSecond / 1000:0.0##}");
        return Html.Of($"""
            <section id="published">
            <h2>Published codecs</h2>
            <p>The figures of others are <strong>not measured here, and not on your clips</strong>: they are of the speech split of
            Codec-SUPERB-tiny, and are a guide to the order of magnitude only. Mel distance and STOI of this model follow the same
            definitions, on the clips of this page, at {content.Model.Mel.SampleRate / 1000.0:0.#} kHz. What has no figure of this model is
            not computed by audiobsq.</p>
            <div class="wide"><table>
            <caption>This model and published codecs, by bit rate</caption>
            <thead><tr><th scope="col">Codec</th><th scope="col">kbit/s</th><th scope="col">Mel distance ↓</th><th scope="col">STOI ↑</th>
            <th scope="col">PESQ ↑</th><th scope="col">Source</th></tr></thead>
            <tbody>
            {Own("This model", rate, sound, means => means.Reconstruction)}
            {Own("Its ceiling, without tokens", "–", sound, means => means.Ceiling)}
            {PublishedCodec.All.Select(Row)}</tbody>
            </table></div>
            <div class="wide"><table>
            <caption>FocalCodec, also binary spherical, on LibriSpeech test-clean
            (<a href="{FocalCodecSource}">Della Libera et al. 2025</a>); none of these is measured here</caption>
            <thead><tr><th scope="col">kbit/s</th><th scope="col">UTMOS ↑</th>
            <th scope="col">Word errors against the original's transcript, % ↓</th><th scope="col">Speaker similarity, % ↑</th></tr></thead>
            <tbody>
            {FocalCodec.Select(row => Html.Of($"""
            <tr><th scope="row">{row.Rate:F2}</th><td>{row.Naturalness:F2}</td><td>{row.WordErrors:F2}</td><td>{row.Similarity:F1}</td></tr>

            """))}</tbody>
            </table></div>
            </section>

            """);
    }

    private static Html Own(string name, string rate, SoundFigures sound, Func<SoundFigures.Means, ConfidenceInterval?> part) =>
        Html.Of($"""
        <tr class="own"><th scope="row">{name}</th><td>{rate}</td><td>{Figure(sound, SoundMetrics.Published.CodecMel, part)}</td>
        <td>{Figure(sound, SoundMetrics.Published.Stoi, part)}</td><td>–</td><td>this page</td></tr>
        """);

    private static Html Row(PublishedCodec codec) => Html.Of($"""
        <tr><th scope="row">{codec.Name}</th><td>{codec.KilobitsPerSecond:0.0#}</td><td>{codec.Mel:F3}</td><td>{codec.Stoi:F3}</td>
        <td>{codec.Pesq:F2}</td><td><a href="{PublishedCodec.Source}">Codec-SUPERB</a></td></tr>

        """);

    private static string Figure(SoundFigures sound, SoundMetric metric, Func<SoundFigures.Means, ConfidenceInterval?> part) =>
        metric.Format(part(sound.Total[metric.Key])?.Mean);
}
