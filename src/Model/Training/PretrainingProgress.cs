namespace AudioBsq.Training;

/// <summary>The progress of masked pre-training. Its loss is the mean squared error of masked patches.</summary>
public sealed record PretrainingProgress : TrainingLoopProgress
{
    /// <summary>
    /// The loss of the validation clips, with the same masks at every validation; null if there was no validation.
    /// </summary>
    public double? ValidationLoss { get; init; }

    /// <summary>
    /// The first crops of the first <see cref="TrainingOptions.SampleClips"/> validation clips, where there was a validation.
    /// </summary>
    public IReadOnlyList<MaskedSample> Samples { get; init; } = [];
}
