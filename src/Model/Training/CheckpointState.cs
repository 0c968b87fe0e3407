namespace AudioBsq.Training;

/// <summary>
/// The part of a checkpoint that is not tensors; see <see cref="ITrainingState"/>. There are no random states in it, since each step's
/// random numbers depend on the seed and the step alone.
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
