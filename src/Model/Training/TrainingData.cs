namespace AudioBsq.Training;

/// <summary>What a model is fitted to. Clips are mel spectrograms (frames, bands), row-major; they are read again on every pass and never kept.</summary>
/// <remarks>Training clips are read on a thread of its own, ahead of their use and of the passes, unless <see cref="TrainingOptions.ReadAheadClips"/> is 0.</remarks>
/// <param name="Clips">The training clips of one pass, given its number from 0, which may serve to shuffle them.</param>
/// <param name="Validation">Clips that are only measured on; null for none.</param>
public sealed record TrainingData(Func<int, IEnumerable<float[]>> Clips, Func<IEnumerable<float[]>>? Validation = null)
{
    /// <summary>Clips that are in memory.</summary>
    public static TrainingData Of(IReadOnlyCollection<float[]> clips, IReadOnlyCollection<float[]>? validation = null) =>
        new(_ => clips, validation is null ? null : () => validation);
}
