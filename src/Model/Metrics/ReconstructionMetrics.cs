using AudioBsq.Quantization;

namespace AudioBsq.Metrics;

/// <summary>
/// How well a model reconstructs mel spectrograms. Averages are over frames and bands of all clips, so a long clip counts more.
/// </summary>
public sealed record ReconstructionMetrics
{
    /// <summary>Clips measured.</summary>
    public required int Clips { get; init; }

    /// <summary>Frames measured.</summary>
    public required long Frames { get; init; }

    /// <summary>Average absolute difference, in the unit of the mel column (decibels by default).</summary>
    public required double MeanAbsoluteError { get; init; }

    /// <summary>Average squared difference, in that unit squared.</summary>
    public required double MeanSquaredError { get; init; }

    /// <summary>How the codes were used.</summary>
    public required CodebookDiagnostics Codes { get; init; }
}
