namespace AudioBsq.MLNet;

/// <summary>How mel spectrograms are cached in a file.</summary>
public sealed record MelCacheOptions
{
    /// <summary>
    /// Text that changes whenever the content of the column does: the file is then written anew. Null will do for a column made by
    /// <c>LoadAudio</c> and <c>ExtractMelSpectrogram</c>, where it is known what decides the content.
    /// </summary>
    public string? Key { get; init; }

    /// <summary>Threads that compute rows while the file is written; as many as the machine has when null. The file does not depend on it.</summary>
    public int? Threads { get; init; }

    /// <summary>Called after each row that was written, with the number of rows so far, and of all where that is known.</summary>
    public Action<long, long?>? Progress { get; init; }

    /// <summary>Stops checking or writing the file; a file that is not finished is removed.</summary>
    public CancellationToken CancellationToken { get; init; }

    internal void Validate()
    {
        Check.That(Key is not "", Key, "must be null or a text");
        Check.That(Threads is null or > 0, Threads, "must be positive or null");
    }
}
