namespace AudioBsq.Persistence;

/// <summary>
/// A file that is there in whole or not at all: written under another name in the same folder, and moved into its place by <see cref="Commit"/> when all of it is on
/// the disk. An older file stays as it is until then.
/// </summary>
internal sealed class AtomicFile : IDisposable
{
    /// <summary>What the names of unfinished files end with.</summary>
    public const string Suffix = ".unfinished";

    private readonly string _path;
    private readonly string? _unfinished; // none where the place is a device
    private bool _committed;

    /// <summary>Begins a file. Two processes cannot write the same one at a time.</summary>
    /// <param name="path">Its place. A link is followed; a device, such as /dev/stdout, is written to at once.</param>
    /// <param name="create">How the unfinished file is made, for tests.</param>
    /// <exception cref="IOException">The place is a folder, has no folder, cannot be written to, or is being written by another process.</exception>
    public AtomicFile(string path, Func<string, Stream>? create = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (Directory.Exists(path)) throw new IOException($"'{path}' is a folder, not a file to write to.");
        _path = Path.GetFullPath(File.Exists(path) && File.ResolveLinkTarget(path, returnFinalTarget: true) is { } target ? target.FullName : path);
        string folder = Path.GetDirectoryName(_path)!;
        if (!Directory.Exists(folder)) throw new DirectoryNotFoundException($"There is no folder '{folder}' to write '{path}' to.");
        if (!IsDevice(path) && !IsDevice(_path)) _unfinished = _path + Suffix;
        Stream = _unfinished is null ? new FileStream(path, FileMode.OpenOrCreate, FileAccess.Write) : (create ?? CreateUnshared)(_unfinished);
    }

    /// <summary>Where the content goes.</summary>
    public Stream Stream { get; }

    /// <summary>Writes a whole file.</summary>
    /// <exception cref="IOException">It cannot be written; an older file is as it was.</exception>
    public static void Write(string path, Action<Stream> content, Func<string, Stream>? create = null)
    {
        using var file = new AtomicFile(path, create);
        content(file.Stream);
        file.Commit();
    }

    /// <summary>Moves the file into its place, over one that is there, after all of it and of its folder's entry is on the disk.</summary>
    public void Commit()
    {
        if (Stream is FileStream file && _unfinished is not null) file.Flush(flushToDisk: true);
        Stream.Dispose();
        if (_unfinished is null) return;
        File.Move(_unfinished, _path, overwrite: true);
        _committed = true;
        FolderSync.Flush(Path.GetDirectoryName(_path)!);
    }

    /// <summary>Removes what was not committed.</summary>
    public void Dispose()
    {
        try
        {
            Stream.Dispose(); // may write what is left in its buffer
        }
        catch (IOException)
        {
        }

        if (!_committed) TryDelete(_unfinished);
    }

    /// <summary>Deletes a file that is only in the way; the next write tries again.</summary>
    public static void TryDelete(string? path)
    {
        try
        {
            if (path is not null) File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
        }
    }

    private static FileStream CreateUnshared(string path) => new(path, FileMode.Create, FileAccess.ReadWrite, FileShare.None, bufferSize: 1 << 16);

    private static bool IsDevice(string path) => !OperatingSystem.IsWindows()
        && (path.StartsWith("/dev/", StringComparison.Ordinal) || path.StartsWith("/proc/", StringComparison.Ordinal));
}
