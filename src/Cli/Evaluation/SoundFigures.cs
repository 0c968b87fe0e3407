using AudioBsq.Metrics;

namespace AudioBsq.Cli.Evaluation;

/// <summary>
/// How sound that was made of tokens compares with the original, and the ceiling: sound made in the same way of the original's own mel
/// spectrogram, which tokens cannot better.
/// </summary>
/// <param name="Synthesis">How waveforms were made.</param>
/// <param name="Metrics">What was measured, in the order of tables.</param>
/// <param name="Total">By key: over the clips that have the figure.</param>
/// <param name="Clips">In their order.</param>
internal sealed record SoundFigures(
    string Synthesis,
    IReadOnlyList<SoundMetric> Metrics,
    IReadOnlyDictionary<string, SoundFigures.Means> Total,
    IReadOnlyList<SoundFigures.Clip> Clips)
{
    /// <summary>Of a table.</summary>
    public static string[] Headings { get; } = ["Sound", "Ceiling", "Reconstruction"];

    /// <summary>A row for each metric, of the total.</summary>
    public IEnumerable<string[]> Table() =>
        Metrics.Select(metric => new[] { metric.Title, metric.Format(Total[metric.Key].Ceiling), metric.Format(Total[metric.Key].Reconstruction) });

    /// <summary>One clip's figures by key; null where the clip has none, as a clip without voice has no pitch.</summary>
    /// <param name="Path">As it was named or found.</param>
    /// <param name="Ceiling">Of the sound of the original mel spectrogram.</param>
    /// <param name="Reconstruction">Of the sound of the tokens.</param>
    /// <param name="Problems">Why the user's own metric gave no number.</param>
    internal sealed record Clip(
        string Path, IReadOnlyDictionary<string, double?> Ceiling, IReadOnlyDictionary<string, double?> Reconstruction, IReadOnlyList<string> Problems);

    /// <summary>Means over clips with 95 % intervals, of one metric; null where no clip has it.</summary>
    internal sealed record Means(ConfidenceInterval? Ceiling, ConfidenceInterval? Reconstruction);
}
