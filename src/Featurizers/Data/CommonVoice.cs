namespace AudioBsq.MLNet;

/// <summary>Lists one table of Common Voice (Ardila et al. 2020); the columns of its versions differ, and are found by name.</summary>
internal static class CommonVoice
{
    private const string Layout = "<language>/<split>.tsv and <language>/clips/<clip>.mp3";

    /// <summary>The clips of a split that are there, by name in ordinal order.</summary>
    public static List<CommonVoiceRow> List(string root, string split, DataSetReport report)
    {
        ArgumentException.ThrowIfNullOrEmpty(root);
        ArgumentException.ThrowIfNullOrEmpty(split);
        string path = FindTable(
            Path.GetFullPath(root), split.EndsWith(".tsv", StringComparison.OrdinalIgnoreCase) ? split : $"{split}.tsv");
        string clips = Path.Combine(Path.GetDirectoryName(path)!, "clips");
        if (!Directory.Exists(clips))
            throw new DirectoryNotFoundException($"'{path}' has no folder '{clips}' beside it. The layout is {Layout}.");

        var table = new TabSeparatedFile(path);
        int name = table.IndexOf("path");
        if (name < 0) throw new InvalidDataException($"'{path}' has no column 'path'; it has {string.Join(", ", table.Columns)}.");
        var rows = Rows(table, name, new ClipIndex(clips, report), clips, report);
        if (rows.Count == 0) throw report.Empty($"'{path}' has no row with a clip. The layout is {Layout}.");
        rows.Sort((a, b) => string.CompareOrdinal(a.Name, b.Name));
        report.Send();
        return rows;
    }

    private static List<CommonVoiceRow> Rows(TabSeparatedFile table, int name, ClipIndex index, string clips, DataSetReport report)
    {
        int speaker = Column("client_id"), sentence = Column("sentence"), age = Column("age");
        int gender = Column("gender"), accent = Column("accents", "accent"), locale = Column("locale");
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var rows = new List<CommonVoiceRow>();
        foreach (string[] fields in table.Rows(report))
        {
            string clip = Text(fields, name);
            if (!seen.Add(clip)) report.Add("Rows left out because their clip is there already", clip);
            else if (index.Find(clip) is not { } path) report.Add($"Rows left out because their clip is not in '{clips}'", clip);
            else rows.Add(Row(path, clip, fields));
        }

        return rows;

        CommonVoiceRow Row(string path, string clip, string[] fields) => new(
            path,
            clip,
            Text(fields, speaker),
            Text(fields, sentence),
            Text(fields, age),
            Text(fields, gender),
            Text(fields, accent),
            Text(fields, locale));

        int Column(params ReadOnlySpan<string> names)
        {
            int index = table.IndexOf(names);
            if (index < 0)
                report.Inform($"The table has no column '{names[0]}', which stays empty; it has {string.Join(", ", table.Columns)}.");
            return index;
        }
    }

    private static string Text(string[] fields, int index) => index < 0 ? "" : TabSeparatedFile.Unquote(fields[index].Trim());

    /// <summary>The table in the folder, or in its only folder that has one: archives unpack to a version with a language in it.</summary>
    private static string FindTable(string root, string name)
    {
        if (!Directory.Exists(root)) throw new DirectoryNotFoundException($"There is no folder '{root}'.");
        string here = Path.Combine(root, name);
        if (File.Exists(here)) return here;
        var tables = Directory.EnumerateDirectories(root).Select(folder => Path.Combine(folder, name));
        string[] below = [.. tables.Where(File.Exists).Order(StringComparer.Ordinal)];
        if (below is [var only]) return only;
        if (below.Length > 1)
        {
            throw new InvalidDataException(
                $"'{root}' has several languages; give the folder of one: {string.Join(", ", below.Select(Path.GetDirectoryName))}.");
        }

        string there = string.Join(
            ", ", Directory.EnumerateFiles(root, "*.tsv").Select(Path.GetFileName).Order(StringComparer.Ordinal).DefaultIfEmpty("none"));
        throw new FileNotFoundException(
            $"There is no table '{here}', nor a '{name}' in a folder in '{root}'. The layout is {Layout}. Tables there: {there}.", here);
    }
}
