using System.Globalization;
using AudioBsq.Persistence;

namespace AudioBsq.Training;

/// <summary>A folder of checkpoints, by step.</summary>
internal sealed class CheckpointFolder(CheckpointOptions options, Func<string, Stream>? create = null)
{
    private const string Prefix = "checkpoint-", Suffix = ".safetensors";

    /// <summary>All checkpoints, the newest first.</summary>
    public IReadOnlyList<(int Step, string Path)> NewestFirst()
    {
        if (!Directory.Exists(options.Folder)) return [];
        var files = Directory.EnumerateFiles(options.Folder, $"{Prefix}*{Suffix}").Select(path => (Step: StepOf(path), path));
        return [.. files.Where(file => file.Step >= 0).OrderByDescending(file => file.Step)];
    }

    /// <exception cref="IOException">
    /// The file cannot be written, for instance because the disk is full. Earlier checkpoints are unchanged.
    /// </exception>
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
                $"The checkpoint of step {step} could not be written to {path}: {cause.Message} Earlier checkpoints are complete, "
                + "and training can resume from the newest of them once there is room.",
                cause);
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

    // Files that a killed run was writing.
    private void RemoveUnfinished()
    {
        string pattern = $"{Prefix}*{Suffix}{AtomicFile.Suffix}";
        foreach (string path in Directory.EnumerateFiles(options.Folder, pattern)) AtomicFile.TryDelete(path);
    }

    private static int StepOf(string path) =>
        int.TryParse(Path.GetFileName(path)[Prefix.Length..^Suffix.Length], NumberStyles.None, CultureInfo.InvariantCulture, out int step)
            ? step
            : -1;
}
