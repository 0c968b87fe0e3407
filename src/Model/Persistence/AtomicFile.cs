using System.Collections.Concurrent;

namespace AudioBsq.Persistence;

/// <summary>
/// A file that appears complete or not at all: it is written under another name in the same folder, and <see cref="Commit"/> moves it into
/// its place once all of it is on the disk. Until then an older file stays as it is.
/// </summary>
internal sealed class AtomicFile : IDisposable
{
    /// <summary>The end of an unfinished file's name.</summary>
    public const string Suffix = ".unfinished";

    private static readonly ConcurrentDictionary<string, bool> Unfinished = [];

    private readonly string _path;
    private readonly string? _unfinished; // null for a pipe or device

    /// <summary>Starts a file. Two processes cannot write the same one at a time.</summary>
    /// <param name="path">Where the file goes. A link is followed; a pipe or device, such as /dev/stdout, is written to directly.</param>
    /// <param name="create">Creates the unfinished file; tests replace it.</param>
    /// <exception cref="IOException">The path is a folder, lies in none, or cannot be written to.</exception>
    /// <exception cref="AtomicFileBusyException">Another process is writing it.</exception>
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
        if (_unfinished is not null) Unfinished[_unfinished] = true;
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

    /// <summary>Whether a process, this one or another, is writing a file.</summary>
    /// <param name="path">Where the file goes.</param>
    /// <param name="length">Bytes that were written so far.</param>
    public static bool IsBeingWritten(string path, out long length)
    {
        var unfinished = new FileInfo(path + Suffix);
        length = unfinished.Exists ? unfinished.Length : 0;
        try
        {
            using var probe = new FileStream(unfinished.FullName, FileMode.Open, FileAccess.Read, FileShare.None);
            return false; // a killed process left it
        }
        catch (IOException failure)
        {
            return AtomicFileBusyException.IsMeantBy(failure);
        }
    }

    /// <summary>Flushes the file to the disk, moves it into its place, over an older one, and flushes its folder.</summary>
    public void Commit()
    {
        if (Stream is FileStream file && _unfinished is not null) file.Flush(flushToDisk: true);
        Stream.Dispose();
        if (_unfinished is null) return;
        File.Move(_unfinished, _path, overwrite: true);
        Unfinished.TryRemove(_unfinished, out _);
        FolderSync.Flush(Path.GetDirectoryName(_path)!);
    }

    /// <summary>Deletes the file if it was not committed.</summary>
    public void Dispose()
    {
        try
        {
            Stream.Dispose(); // may write the rest of its buffer, for which a full disk has no room
        }
        catch (IOException)
        {
        }
        finally
        {
            if (_unfinished is not null && Unfinished.TryRemove(_unfinished, out _)) TryDelete(_unfinished);
        }
    }

    /// <summary>Deletes all files of this process that are not committed, for a process that ends without disposing them.</summary>
    public static void DeleteUnfinished()
    {
        foreach (string path in Unfinished.Keys) TryDelete(path);
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

    private FileStream CreateUnshared(string path)
    {
        try
        {
            return new FileStream(path, FileMode.Create, FileAccess.ReadWrite, FileShare.None, bufferSize: 1 << 16);
        }
        catch (IOException cause) when (AtomicFileBusyException.IsMeantBy(cause))
        {
            throw new AtomicFileBusyException(_path, cause);
        }
    }

    private static bool IsDevice(string path) => !OperatingSystem.IsWindows() && (SpecialFile.Is(path)
        || path.StartsWith("/dev/", StringComparison.Ordinal) || path.StartsWith("/proc/", StringComparison.Ordinal));
}
