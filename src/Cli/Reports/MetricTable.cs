using AudioBsq.Cli.Evaluation;
using AudioBsq.Metrics;

namespace AudioBsq.Cli.Reports;

/// <summary>Metrics in rows, ceiling and reconstruction beside each other.</summary>
internal static class MetricTable
{
    /// <summary>The total, with intervals.</summary>
    public static Html Of(SoundFigures sound) => Table(
        "Means over clips, with 95 % intervals",
        sound.Metrics.Select(
            metric => Row(metric, Mean(metric, sound.Total[metric.Key].Ceiling), Mean(metric, sound.Total[metric.Key].Reconstruction))));

    /// <summary>One clip.</summary>
    public static Html Of(SoundFigures sound, SoundFigures.Clip clip) => Table(
        "Figures of this clip",
        sound.Metrics.Select(metric => Row(metric, Value(metric, clip.Ceiling), Value(metric, clip.Reconstruction))));

    private static Html Table(string caption, IEnumerable<Html> rows) => Html.Of($"""
        <div class="wide"><table>
        <caption>{caption}</caption>
        <thead><tr><th scope="col">Metric</th><th scope="col">Better</th><th scope="col">Ceiling</th>
        <th scope="col">Reconstruction</th></tr></thead>
        <tbody>
        {rows}</tbody>
        </table></div>

        """);

    private static Html Row(SoundMetric metric, Html ceiling, Html reconstruction) => Html.Of($"""
        <tr data-metric="{metric.Key}"><th scope="row"><bdi>{metric.Title}</bdi></th><td>{Better(metric.Better)}</td><td>{ceiling}</td>
        <td>{reconstruction}</td></tr>

        """);

    private static Html Mean(SoundMetric metric, ConfidenceInterval? mean) =>
        Html.Of($"""{metric.Format(mean?.Mean)} <span class="whole">{metric.Interval(mean)}</span>""");

    private static Html Value(SoundMetric metric, IReadOnlyDictionary<string, double?> figures) =>
        Html.Of($"{metric.Format(figures[metric.Key])}");

    private static string Better(MetricDirection? direction) => direction switch
    {
        MetricDirection.Higher => "↑ higher",
        MetricDirection.Lower => "↓ lower",
        MetricDirection.NearerToZero => "nearer to 0",
        _ => "not stated",
    };
}
