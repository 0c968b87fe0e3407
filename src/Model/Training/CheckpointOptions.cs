namespace AudioBsq.Training;

/// <summary>
/// Checkpoints: files from which a run that was interrupted goes on as if nothing had been, on a processor to the very same weights. A file
/// is safetensors, holds everything (weights, averages, best weights so far, optimizers, position in the data), and appears whole or not at all.
/// </summary>
public sealed record CheckpointOptions
{
    /// <summary>Where the files are; made if it does not exist. One folder is for one run.</summary>
    public string Folder { get; init; } = "checkpoints";

    /// <summary>Steps from one file to the next; there is always one after the last step.</summary>
    public int Every { get; init; } = 500;

    /// <summary>Newest files that are kept. Two or more survive damage to one.</summary>
    public int KeepLast { get; init; } = 3;

    /// <summary>Keeps also those whose step is a multiple of this; none when null.</summary>
    public int? KeepEvery { get; init; }

    /// <summary>
    /// Goes on from the newest whole file of the folder, if there is one. Model, data and options must be those of the interrupted run, also the seed (a pipeline
    /// whose context has none draws another each time); length, device and reports may change. If false, a folder that holds checkpoints is refused.
    /// </summary>
    public bool Resume { get; init; } = true;

    /// <summary>Goes on from this file rather than the newest.</summary>
    public string? ResumeFrom { get; init; }

    internal void Validate()
    {
        Check.That(!string.IsNullOrWhiteSpace(Folder), Folder, "must be a path", "Checkpoints.Folder");
        Check.Positive(Every, "Checkpoints.Every");
        Check.Positive(KeepLast, "Checkpoints.KeepLast");
        Check.That(KeepEvery is null or > 0, KeepEvery, "must be positive or null", "Checkpoints.KeepEvery");
    }
}
