using AudioBsq.Metrics;

namespace AudioBsq.Cli.Evaluation;

/// <summary>
/// How close reconstructed sound is to the original, beside its ceiling: sound that was made in the same way of the original mel
/// spectrogram, so that no tokens are in it.
/// </summary>
/// <param name="Synthesis">How waveforms were made.</param>
/// <param name="Metrics">What was measured, in the order of tables.</param>
/// <param name="Total">Means by metric's key, over the clips that have the figure.</param>
/// <param name="Clips">Figures of each clip.</param>
internal sealed record SoundFigures(
    string Synthesis,
    IReadOnlyList<SoundMetric> Metrics,
    IReadOnlyDictionary<string, SoundFigures.Means> Total,
    IReadOnlyList<SoundFigures.Clip> Clips)
{
    /// <summary>Headings of <see cref="Table"/>.</summary>
    public static string[] Headings { get; } = ["Sound", "Ceiling", "Reconstruction"];

    /// <summary>A row for each metric, with its means.</summary>
    public IEnumerable<string[]> Table() =>
        Metrics.Select(
            metric => new[] { metric.Title, metric.Format(Total[metric.Key].Ceiling), metric.Format(Total[metric.Key].Reconstruction) });

    /// <summary>One clip's figures by metric's key; null where the clip has none, as a clip without voice has no pitch.</summary>
    /// <param name="Path">As it was named or found.</param>
    /// <param name="Ceiling">Figures of the sound of the original mel spectrogram.</param>
    /// <param name="Reconstruction">Figures of the sound of the reconstructed one.</param>
    /// <param name="Problems">Why the user's own metric gave no number.</param>
    internal sealed record Clip(
        string Path, IReadOnlyDictionary<string, double?> Ceiling, IReadOnlyDictionary<string, double?> Reconstruction,
        IReadOnlyList<string> Problems);

    /// <summary>Means of one metric over clips, with 95 % intervals; null where no clip has a figure.</summary>
    internal sealed record Means(ConfidenceInterval? Ceiling, ConfidenceInterval? Reconstruction);
}
