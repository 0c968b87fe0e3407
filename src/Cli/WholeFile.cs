namespace AudioBsq.Cli;

/// <summary>
/// A file that is there in whole or not at all: written under another name in the same folder, and moved into place by <see cref="Keep"/>.
/// A file that is there already stays as it is until then.
/// </summary>
internal sealed class WholeFile : IDisposable
{
    private readonly string _place;
    private readonly string? _temporary; // none where the place is a device

    public WholeFile(string path)
    {
        if (Directory.Exists(path)) throw new IOException($"'{path}' is a folder, not a file to write to.");
        _place = Path.GetFullPath(File.Exists(path) && File.ResolveLinkTarget(path, returnFinalTarget: true) is { } target ? target.FullName : path);
        string folder = Path.GetDirectoryName(_place)!;
        if (!Directory.Exists(folder)) throw new DirectoryNotFoundException($"There is no folder '{folder}' to write '{path}' to.");
        if (!IsDevice(path) && !IsDevice(_place)) _temporary = Path.Combine(folder, $".audiobsq-{Guid.NewGuid():N}.part");
        Stream = new FileStream(_temporary ?? path, FileMode.OpenOrCreate, FileAccess.Write);
    }

    public Stream Stream { get; }

    /// <summary>Moves the file into its place, over one that is there.</summary>
    public void Keep()
    {
        Stream.Dispose();
        if (_temporary is not null) File.Move(_temporary, _place, overwrite: true);
    }

    public void Dispose()
    {
        Stream.Dispose();
        if (_temporary is not null) File.Delete(_temporary); // it is there only if it was not kept
    }

    private static bool IsDevice(string path) => !OperatingSystem.IsWindows()
        && (path.StartsWith("/dev/", StringComparison.Ordinal) || path.StartsWith("/proc/", StringComparison.Ordinal));
}
