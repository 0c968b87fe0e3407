namespace AudioBsq.Training;

/// <summary>What a checkpoint holds beside tensors. Random states need no place: each step's come from the seed and its number.</summary>
internal sealed record CheckpointState
{
    public required int Step { get; init; }

    public required SamplerPosition Position { get; init; }

    public required int OptimizerSteps { get; init; }

    public required int DiscriminatorSteps { get; init; }

    public required int EmaUpdates { get; init; }

    public required int Skipped { get; init; }

    public required int SkippedInARow { get; init; }

    public required double? LowestError { get; init; }

    public required int Misses { get; init; }

    /// <summary>SHA-256 of the first clip, by which other data is noticed.</summary>
    public required string FirstClip { get; init; }

    /// <summary>What must be the same for the run to go on as it was.</summary>
    public required AudioBsqOptions Model { get; init; }

    public required TrainingOptions Training { get; init; }
}
