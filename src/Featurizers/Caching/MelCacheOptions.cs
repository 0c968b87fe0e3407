namespace AudioBsq.MLNet;

/// <summary>How mel spectrograms are cached in a file.</summary>
/// <param name="Key">Text that changes whenever the content of the column does; null where its transformers say what decides it.</param>
/// <param name="Threads">Threads that compute rows while the file is written; as many as the machine has when null.</param>
/// <param name="Progress">Called after each row that was written, with the number of rows so far, and of all where that is known.</param>
/// <param name="CancellationToken">Stops checking or writing the file.</param>
internal sealed record MelCacheOptions(string? Key, int? Threads, Action<long, long?>? Progress, CancellationToken CancellationToken);
