namespace AudioBsq.Training;

/// <summary>
/// What a checkpoint holds beside tensors; see <see cref="ITrainingState"/>. Random states need no place: each step's come from the seed and its number.
/// </summary>
internal sealed record CheckpointState
{
    public required int Step { get; init; }

    public required SamplerPosition Position { get; init; }

    public required IReadOnlyDictionary<string, double> Scalars { get; init; }

    public required string FirstClip { get; init; }

    public required string Model { get; init; }

    public required string Training { get; init; }
}
