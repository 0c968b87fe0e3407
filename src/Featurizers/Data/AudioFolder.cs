namespace AudioBsq.MLNet;

/// <summary>Finds the sound files of a folder, in the same order on every system.</summary>
internal static class AudioFolder
{
    /// <summary>One row for each file, by name in ordinal order.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="options">Which files are found.</param>
    /// <param name="leftOut">Gets the path of each pipe, socket or device that is named like a sound file.</param>
    public static List<AudioFolderRow> List(string folder, AudioFolderOptions options, Action<string>? leftOut = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        options.Validate();
        string root = Path.GetFullPath(folder);
        if (!Directory.Exists(root)) throw new DirectoryNotFoundException($"There is no folder '{root}'.");

        var rows = Files(root, options, leftOut).Select(path => new AudioFolderRow(root, path)).ToList();
        if (rows.Count == 0)
            throw new InvalidDataException(
                $"'{root}'{(options.Recursive ? " and the folders in it hold" : " holds")} no file that ends in "
                + $"{string.Join(", ", options.Extensions)}.");
        rows.Sort((a, b) => string.CompareOrdinal(a.Name, b.Name));
        return rows;
    }

    /// <summary>The one folder in <paramref name="root"/> that has one of some names.</summary>
    public static string Only(string root, string[] names) => Find(root, names) ?? throw new DirectoryNotFoundException(
        $"'{Path.GetFullPath(root)}' has no folder {string.Join(" or ", names)}. For one folder of sounds there is LoadAudioFolder, and "
        + "TrainTestSplit to divide it.");

    /// <summary>The same, or null where there is none.</summary>
    /// <exception cref="InvalidDataException">There are several.</exception>
    public static string? Find(string root, string[] names)
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
            [] => null,
            _ => throw new InvalidDataException(
                $"'{root}' has several folders for one purpose: {string.Join(", ", found.Select(Path.GetFileName))}."),
        };
    }

    /// <summary>Full paths, in no order.</summary>
    /// <param name="root">The folder.</param>
    /// <param name="options">Which files are found.</param>
    /// <param name="leftOut">Gets the path of each pipe, socket or device that is named like a sound file.</param>
    public static List<string> Files(string root, AudioFolderOptions options, Action<string>? leftOut = null) =>
        new FolderWalk(options, leftOut).Files(root);
}
