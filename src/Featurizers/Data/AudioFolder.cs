using System.IO.Enumeration;

namespace AudioBsq.MLNet;

/// <summary>Finds the sound files of a folder, in the same order on every system.</summary>
internal static class AudioFolder
{
    /// <summary>One row for each file, by name in ordinal order.</summary>
    public static List<AudioFolderRow> List(string folder, AudioFolderOptions options)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        options.Validate();
        string root = Path.GetFullPath(folder);
        if (!Directory.Exists(root)) throw new DirectoryNotFoundException($"There is no folder '{root}'.");

        var rows = Files(root, options).Select(path => new AudioFolderRow(root, path)).ToList();
        if (rows.Count == 0)
            throw new InvalidDataException(
                $"'{root}'{(options.Recursive ? " and the folders in it hold" : " holds")} no file that ends in "
                + $"{string.Join(", ", options.Extensions)}.");
        rows.Sort((a, b) => string.CompareOrdinal(a.Name, b.Name));
        return rows;
    }

    /// <summary>The one folder in <paramref name="root"/> that has one of some names.</summary>
    public static string Only(string root, string[] names)
    {
        ArgumentException.ThrowIfNullOrEmpty(root);
        root = Path.GetFullPath(root);
        if (!Directory.Exists(root)) throw new DirectoryNotFoundException($"There is no folder '{root}'.");
        var found = Directory.EnumerateDirectories(root)
            .Where(folder => names.Contains(Path.GetFileName(folder), StringComparer.OrdinalIgnoreCase))
            .Order(StringComparer.Ordinal)
            .ToArray();
        return found switch
        {
            [var only] => only,
            [] => throw new DirectoryNotFoundException(
                $"'{root}' has no folder {string.Join(" or ", names)}. For one folder of sounds there is LoadAudioFolder, and "
                + "TrainTestSplit to divide it."),
            _ => throw new InvalidDataException(
                $"'{root}' has several folders for one purpose: {string.Join(", ", found.Select(Path.GetFileName))}."),
        };
    }

    /// <summary>Full paths, in no order.</summary>
    public static IEnumerable<string> Files(string root, AudioFolderOptions options)
    {
        var extensions = options.Extensions.ToHashSet(StringComparer.OrdinalIgnoreCase);
        // Hidden files are left out (their attribute is among those skipped by default): some systems keep a "._name.wav" beside name.wav.
        var search = new EnumerationOptions { RecurseSubdirectories = options.Recursive, IgnoreInaccessible = false };
        return new FileSystemEnumerable<string>(root, (ref FileSystemEntry entry) => entry.ToFullPath(), search)
        {
            ShouldIncludePredicate = (ref FileSystemEntry entry) =>
                !entry.IsDirectory && extensions.Contains(Path.GetExtension(entry.FileName).ToString()),
            ShouldRecursePredicate = (ref FileSystemEntry entry) => !LeadsBack(ref entry),
        };
    }

    /// <summary>Whether a folder is a link to one that it lies in, which would never end.</summary>
    private static bool LeadsBack(ref FileSystemEntry entry)
    {
        if (!entry.Attributes.HasFlag(FileAttributes.ReparsePoint)) return false;
        string target = entry.ToFileSystemInfo().ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? "";
        string inside = Path.TrimEndingDirectorySeparator(entry.ToFullPath()) + Path.DirectorySeparatorChar;
        return target.Length > 0
            && inside.StartsWith(Path.TrimEndingDirectorySeparator(target) + Path.DirectorySeparatorChar, StringComparison.Ordinal);
    }
}
