namespace AudioBsq.MLNet;

/// <summary>Lists Speech Commands (Warden 2018): a folder for each word, and two lists that set clips aside.</summary>
internal static class SpeechCommands
{
    private const string ValidationList = "validation_list.txt", TestList = "testing_list.txt";
    private const string Layout = $"<word>/<speaker>_nohash_<n>.wav, {ValidationList} and {TestList}";

    /// <summary>The clips of a split, by name in ordinal order.</summary>
    public static List<SpeechCommandsRow> List(string root, SpeechCommandsSplit split, DataSetReport report)
    {
        ArgumentException.ThrowIfNullOrEmpty(root);
        Check.That(Enum.IsDefined(split), split, "must be a defined split");
        root = Path.GetFullPath(root);
        if (!Directory.Exists(root)) throw new DirectoryNotFoundException($"There is no folder '{root}'.");

        var rows = Clips(root, report);
        if (split != SpeechCommandsSplit.All)
        {
            HashSet<string> validation = Listed(root, ValidationList), test = Listed(root, TestList);
            if (validation.FirstOrDefault(test.Contains) is { } both)
                throw new InvalidDataException($"'{both}' is in both {ValidationList} and {TestList} of '{root}'.");
            var there = rows.Select(row => row.Name).ToHashSet(StringComparer.OrdinalIgnoreCase);
            foreach (var (list, names) in new[] { (ValidationList, validation), (TestList, test) })
            {
                foreach (string name in names.Where(name => !there.Contains(name)).Order(StringComparer.Ordinal))
                    report.Add($"Clips that {list} names and '{root}' lacks", name);
            }

            rows.RemoveAll(row => split != SplitOf(row.Name));

            SpeechCommandsSplit SplitOf(string name) => validation.Contains(name) ? SpeechCommandsSplit.Validation
                : test.Contains(name) ? SpeechCommandsSplit.Test
                : SpeechCommandsSplit.Train;
        }

        if (rows.Count == 0) throw report.Empty($"'{root}' holds no clip of the split {split}. The layout is {Layout}.");
        rows.Sort((a, b) => string.CompareOrdinal(a.Name, b.Name));
        report.Send();
        return rows;
    }

    // Folders that begin with '_' hold noise, not words.
    private static List<SpeechCommandsRow> Clips(string root, DataSetReport report) =>
    [
        .. from folder in Directory.EnumerateDirectories(root)
           let label = Path.GetFileName(folder)
           where label[0] is not ('_' or '.')
           from path in AudioFolder.Files(folder, new AudioFolderOptions(recursive: false), report.AddSpecial)
           select new SpeechCommandsRow(path, $"{label}/{Path.GetFileName(path)}", label, Speaker(Path.GetFileName(path))),
    ];

    private static string Speaker(string name) => name.IndexOf("_nohash_", StringComparison.Ordinal) is > 0 and var end ? name[..end] : "";

    private static HashSet<string> Listed(string root, string list)
    {
        string path = Path.Combine(root, list);
        if (!File.Exists(path))
            throw new FileNotFoundException(
                $"'{path}' is missing, which says what belongs to which split. The layout is {Layout}. "
                + $"{nameof(SpeechCommandsSplit)}.{nameof(SpeechCommandsSplit.All)} needs no list.",
                path);
        return File.ReadLines(path).Select(line => line.Trim().Replace('\\', '/')).Where(line => line.Length > 0)
            .ToHashSet(StringComparer.OrdinalIgnoreCase);
    }
}
