using System.Globalization;
using AudioBsq.Persistence;

namespace AudioBsq.Training;

/// <summary>A folder of checkpoints, by step.</summary>
internal sealed class CheckpointFolder(CheckpointOptions options, Func<string, Stream>? create = null)
{
    private const string Prefix = "checkpoint-", Suffix = ".safetensors";

    /// <summary>Finished files, the newest first.</summary>
    public IReadOnlyList<(int Step, string Path)> NewestFirst() => !Directory.Exists(options.Folder)
        ? []
        : [.. Directory.EnumerateFiles(options.Folder, $"{Prefix}*{Suffix}").Select(path => (Step: StepOf(path), path)).Where(file => file.Step >= 0).OrderByDescending(file => file.Step)];

    /// <exception cref="IOException">It cannot be written, for instance because the disk is full. Those before it are as they were.</exception>
    public void Write(int step, Action<Stream> content)
    {
        string path = Path.Combine(options.Folder, FormattableString.Invariant($"{Prefix}{step:D8}{Suffix}"));
        try
        {
            Directory.CreateDirectory(options.Folder);
            RemoveUnfinished();
            AtomicFile.Write(path, content, create);
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            throw new IOException(
                $"The checkpoint of step {step} could not be written to {path}: {cause.Message} Earlier checkpoints are whole, and training can go on from the newest of them once there is room.", cause);
        }

        Prune();
    }

    private void Prune()
    {
        foreach (var (step, path) in NewestFirst().Skip(options.KeepLast))
        {
            if (options.KeepEvery is not { } every || step % every != 0) AtomicFile.TryDelete(path);
        }
    }

    // What a killed run left.
    private void RemoveUnfinished()
    {
        foreach (string path in Directory.EnumerateFiles(options.Folder, $"{Prefix}*{Suffix}{AtomicFile.Suffix}")) AtomicFile.TryDelete(path);
    }

    private static int StepOf(string path) =>
        int.TryParse(Path.GetFileName(path)[Prefix.Length..^Suffix.Length], NumberStyles.None, CultureInfo.InvariantCulture, out int step) ? step : -1;
}
