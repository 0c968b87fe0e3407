using System.IO.Enumeration;
using AudioBsq.Persistence;

namespace AudioBsq.MLNet;

/// <summary>
/// Goes through a folder and those in it, links among them. Each real folder counts once, however many links lead to it: under its own path
/// where it lies below the first one, otherwise under the link that comes first by name. So links to each other end.
/// </summary>
/// <param name="options">Which files are found.</param>
/// <param name="leftOut">Gets the path of each pipe, socket or device that is named like a sound file.</param>
internal sealed class FolderWalk(AudioFolderOptions options, Action<string>? leftOut)
{
    // Hidden files are left out (their attribute is among those skipped by default): some systems keep a "._name.wav" beside name.wav.
    private static readonly EnumerationOptions Visible = new() { IgnoreInaccessible = false };

    private readonly HashSet<string> _extensions = options.Extensions.ToHashSet(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);
    private readonly Queue<(string Path, string Real)> _links = [];
    private readonly List<string> _files = [];

    /// <summary>Full paths of the files, in no order.</summary>
    public List<string> Files(string root)
    {
        string real = RealPath.Of(root);
        _links.Enqueue((root, real));
        while (_links.TryDequeue(out var folder))
        {
            bool leadsBack = folder.Real != real && Holds(folder.Real, real); // to a folder above the first one
            if (!leadsBack) Add(folder.Path, folder.Real);
        }

        return _files;
    }

    private void Add(string path, string real)
    {
        if (!_seen.Add(real)) return;
        var folders = new List<(string Name, bool IsLink)>();
        var entries = new FileSystemEnumerable<(string Name, bool IsFolder, bool IsLink)>(
            real,
            (ref FileSystemEntry entry) =>
                ($"{entry.FileName}", entry.IsDirectory, entry.Attributes.HasFlag(FileAttributes.ReparsePoint)),
            Visible);
        foreach (var (name, isFolder, isLink) in entries)
        {
            if (isFolder) folders.Add((name, isLink));
            else if (!_extensions.Contains(Path.GetExtension(name))) continue;
            else if (SpecialFile.Is(Path.Combine(real, name))) leftOut?.Invoke(Path.Combine(path, name));
            else _files.Add(Path.Combine(path, name));
        }

        if (!options.Recursive) return;
        foreach (var (name, isLink) in folders.OrderBy(folder => folder.Name, StringComparer.Ordinal))
        {
            string place = Path.Combine(path, name), there = Path.Combine(real, name);
            if (!isLink) Add(place, there);
            else if (RealPath.Of(there) is var target && !Holds(target, real)) _links.Enqueue((place, target));
        }
    }

    private static bool Holds(string folder, string path) =>
        $"{path}{Path.DirectorySeparatorChar}".StartsWith(
            $"{Path.TrimEndingDirectorySeparator(folder)}{Path.DirectorySeparatorChar}", StringComparison.Ordinal);
}
