namespace AudioBsq.Training;

/// <summary>
/// Training and validation data. Clips are mel spectrograms (frames, bands), row-major; they are read again in every pass and never kept.
/// </summary>
/// <remarks>Training clips are read ahead on a thread of their own, unless <see cref="TrainingOptions.ReadAheadClips"/> is 0.</remarks>
/// <param name="Clips">The training clips of a pass, by its number from 0, which may be used to shuffle them.</param>
/// <param name="Validation">Validation clips; null for none.</param>
public sealed record TrainingData(Func<int, IEnumerable<float[]>> Clips, Func<IEnumerable<float[]>>? Validation = null)
{
    /// <summary>Clips that are in memory.</summary>
    public static TrainingData Of(IReadOnlyCollection<float[]> clips, IReadOnlyCollection<float[]>? validation = null) =>
        new(_ => clips, validation is null ? null : () => validation);
}
