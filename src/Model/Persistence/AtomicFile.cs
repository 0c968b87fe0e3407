namespace AudioBsq.Persistence;

/// <summary>
/// A file that appears complete or not at all: it is written under another name in the same folder, and <see cref="Commit"/> moves it into
/// its place once all of it is on the disk. Until then an older file stays as it is.
/// </summary>
internal sealed class AtomicFile : IDisposable
{
    /// <summary>The end of an unfinished file's name.</summary>
    public const string Suffix = ".unfinished";

    private readonly string _path;
    private readonly string? _unfinished; // null for a device
    private bool _committed;

    /// <summary>Starts a file. Two processes cannot write the same one at a time.</summary>
    /// <param name="path">Where the file goes. A link is followed; a device, such as /dev/stdout, is written to directly.</param>
    /// <param name="create">Creates the unfinished file; tests replace it.</param>
    /// <exception cref="IOException">
    /// The path is a folder, lies in none, cannot be written to, or is being written by another process.
    /// </exception>
    public AtomicFile(string path, Func<string, Stream>? create = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (Directory.Exists(path)) throw new IOException($"'{path}' is a folder, not a file to write to.");
        var link = File.Exists(path) ? File.ResolveLinkTarget(path, returnFinalTarget: true) : null;
        _path = Path.GetFullPath(link?.FullName ?? path);
        string folder = Path.GetDirectoryName(_path)!;
        if (!Directory.Exists(folder)) throw new DirectoryNotFoundException($"There is no folder '{folder}' to write '{path}' to.");
        if (!IsDevice(path) && !IsDevice(_path)) _unfinished = _path + Suffix;
        Stream = _unfinished is null
            ? new FileStream(path, FileMode.OpenOrCreate, FileAccess.Write)
            : (create ?? CreateUnshared)(_unfinished);
    }

    /// <summary>The stream to write the content to.</summary>
    public Stream Stream { get; }

    /// <summary>Writes a whole file.</summary>
    /// <exception cref="IOException">The file cannot be written; an older one is unchanged.</exception>
    public static void Write(string path, Action<Stream> content, Func<string, Stream>? create = null)
    {
        using var file = new AtomicFile(path, create);
        content(file.Stream);
        file.Commit();
    }

    /// <summary>Flushes the file to the disk, moves it into its place, over an older one, and flushes its folder.</summary>
    public void Commit()
    {
        if (Stream is FileStream file && _unfinished is not null) file.Flush(flushToDisk: true);
        Stream.Dispose();
        if (_unfinished is null) return;
        File.Move(_unfinished, _path, overwrite: true);
        _committed = true;
        FolderSync.Flush(Path.GetDirectoryName(_path)!);
    }

    /// <summary>Deletes the file if it was not committed.</summary>
    public void Dispose()
    {
        try
        {
            Stream.Dispose(); // may write the rest of its buffer
        }
        catch (IOException)
        {
        }

        if (!_committed) TryDelete(_unfinished);
    }

    /// <summary>Deletes a file if that is possible, and otherwise leaves it.</summary>
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

    private static FileStream CreateUnshared(string path) =>
        new(path, FileMode.Create, FileAccess.ReadWrite, FileShare.None, bufferSize: 1 << 16);

    private static bool IsDevice(string path) => !OperatingSystem.IsWindows()
        && (path.StartsWith("/dev/", StringComparison.Ordinal) || path.StartsWith("/proc/", StringComparison.Ordinal));
}
