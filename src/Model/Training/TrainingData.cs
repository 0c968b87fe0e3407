using AudioBsq.Signal;

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

    /// <summary>The same with the first values of every frame alone: so many in training, and so many in validation.</summary>
    internal TrainingData Cut(int perFrame, int trained, int validated) => new(
        pass => Clips(pass).Select(clip => MelScales.Cut(clip, perFrame, trained)),
        Validation is null ? null : () => Validation().Select(clip => MelScales.Cut(clip, perFrame, validated)));
}
