using AudioBsq.Metrics;

namespace AudioBsq.Training;

/// <summary>The progress of a tokenizer's training. Averages are over the steps since the last report.</summary>
public sealed record TrainingProgress : TrainingLoopProgress
{
    /// <summary>The terms of <see cref="TrainingLoopProgress.Loss"/>.</summary>
    public required LossTerms Terms { get; init; }

    /// <summary>Average absolute difference between mel and reconstruction, in the unit of the mel column (decibels by default).</summary>
    public required double MeanAbsoluteError { get; init; }

    /// <summary>
    /// Average entropy of one position's soft code, in bits: near 0 where the
    /// choice of codes is clear. 0 for quantizers without soft codes.
    /// </summary>
    public required double PositionEntropy { get; init; }

    /// <summary>Average entropy of a batch's soft code, in bits: near the code's bits where all codes are used.</summary>
    public required double CodebookEntropy { get; init; }

    /// <summary>The validation after this step; null if there was none.</summary>
    public ReconstructionMetrics? Validation { get; init; }

    /// <summary>
    /// What the weights that training ends with have least of, after this step; null if there was no validation: the reconstruction error
    /// as the network sees it, levels scaled to −1 … 1, and with <see cref="TrainingOptions.Envelope"/> the distance of envelopes times its
    /// weight.
    /// </summary>
    public double? ValidationLoss { get; init; }

    /// <summary>
    /// Validation clips with their reconstructions: the first <see cref="TrainingOptions.SampleClips"/> that have frames.
    /// </summary>
    public IReadOnlyList<ReconstructionSample> Samples { get; init; } = [];
}
