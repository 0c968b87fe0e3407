namespace AudioBsq.Training;

/// <summary>
/// Checkpoints: files from which an interrupted run is resumed. On a CPU the weights are then exactly those of an uninterrupted run. A file
/// is safetensors, has the whole state (weights, averages, best weights, optimizers, position in the data), and appears complete or not at
/// all.
/// </summary>
public sealed record CheckpointOptions
{
    /// <summary>Folder of the files, created if it does not exist. One folder is for one run.</summary>
    public string Folder { get; init; } = "checkpoints";

    /// <summary>Steps from one file to the next; there is always one after the last step.</summary>
    public int Every { get; init; } = 500;

    /// <summary>Number of newest files that are kept. With two or more, damage to one loses little.</summary>
    public int KeepLast { get; init; } = 3;

    /// <summary>Also keeps the files whose step is a multiple of this; null to keep none of them.</summary>
    public int? KeepEvery { get; init; }

    /// <summary>
    /// Resumes from the newest undamaged file of the folder, if there is one. Model, data, options and seed must be those of the
    /// interrupted run (an ML.NET context without a seed gives another one each time); length, device and reports may differ. When false, a
    /// folder with checkpoints is an error.
    /// </summary>
    public bool Resume { get; init; } = true;

    /// <summary>Resumes from this file rather than the newest.</summary>
    public string? ResumeFrom { get; init; }

    internal void Validate()
    {
        Check.That(!string.IsNullOrWhiteSpace(Folder), Folder, "must be a path", "Checkpoints.Folder");
        Check.Positive(Every, "Checkpoints.Every");
        Check.Positive(KeepLast, "Checkpoints.KeepLast");
        Check.That(KeepEvery is null or > 0, KeepEvery, "must be positive or null", "Checkpoints.KeepEvery");
    }
}
