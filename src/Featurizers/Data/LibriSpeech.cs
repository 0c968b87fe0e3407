namespace AudioBsq.MLNet;

/// <summary>Lists LibriSpeech (Panayotov et al. 2015) as its archives unpack, and what is laid out like it.</summary>
internal static class LibriSpeech
{
    private const string Layout = "LibriSpeech/<split>/<speaker>/<chapter>/<speaker>-<chapter>-<utterance>.flac";

    /// <summary>The utterances of some splits, by name in ordinal order.</summary>
    public static List<LibriSpeechRow> List(string root, IReadOnlyCollection<string> splits, DataSetReport report)
    {
        ArgumentException.ThrowIfNullOrEmpty(root);
        Check.That(splits.Count > 0, splits.Count, "must name at least one split, such as dev-clean", nameof(splits));
        root = Path.GetFullPath(root);
        var rows = splits.Distinct().SelectMany(split => Split(root, split, report));
        var sorted = rows.OrderBy(row => row.Name, StringComparer.Ordinal).ToList();
        report.Send();
        return sorted;
    }

    private static List<LibriSpeechRow> Split(string root, string split, DataSetReport report)
    {
        string folder = Find(root, split), above = Path.GetDirectoryName(folder)!;
        var chapters = new Dictionary<string, Dictionary<string, string>?>();
        var found = new HashSet<string>();
        var rows = new List<LibriSpeechRow>();
        foreach (string path in AudioFolder.Files(folder, new AudioFolderOptions(), report.AddSpecial).Order(StringComparer.Ordinal))
        {
            string name = Path.GetRelativePath(above, path).Replace(Path.DirectorySeparatorChar, '/');
            string id = Path.GetFileNameWithoutExtension(path), chapter = Path.GetDirectoryName(path)!;
            if (id.Split('-') is not [{ Length: > 0 } speaker, { Length: > 0 } book, { Length: > 0 } utterance])
            {
                report.Add("Sound files left out because they are not named <speaker>-<chapter>-<utterance>", name);
                continue;
            }

            if (!found.Add(id))
            {
                report.Add("Sound files left out because their utterance is there already", name);
                continue;
            }

            if (!chapters.TryGetValue(chapter, out var texts)) chapters.Add(chapter, texts = Transcripts(chapter, report));
            string? text = null;
            if (texts?.Remove(id, out text) == false) report.Add("Utterances that their chapter's transcript lacks", name);
            rows.Add(new LibriSpeechRow(path, name, speaker, book, utterance, text ?? ""));
        }

        var unread = chapters.Values.OfType<Dictionary<string, string>>().SelectMany(texts => texts.Keys);
        foreach (string id in unread.Order(StringComparer.Ordinal))
            report.Add("Utterances with a transcript but no sound file", id);
        return rows.Count > 0 ? rows : throw report.Empty($"'{folder}' holds no utterance. The layout is {Layout}.");
    }

    private static string Find(string root, string split)
    {
        ArgumentException.ThrowIfNullOrEmpty(split);
        string[] parents = [Path.Combine(root, "LibriSpeech"), root];
        if (parents.Select(parent => Path.Combine(parent, split)).FirstOrDefault(Directory.Exists) is { } folder)
            return Path.TrimEndingDirectorySeparator(folder);
        if (parents.FirstOrDefault(Directory.Exists) is not { } parent)
            throw new DirectoryNotFoundException($"There is no folder '{root}'.");
        string there = string.Join(
            ", ", Directory.EnumerateDirectories(parent).Select(Path.GetFileName).Order(StringComparer.Ordinal).DefaultIfEmpty("none"));
        throw new DirectoryNotFoundException(
            $"There is no folder '{split}' in '{parents[0]}' or '{root}'. The layout is {Layout}. Folders in '{parent}': {there}.");
    }

    /// <summary>Utterance → text, from lines of "84-121123-0000 GO DO YOU HEAR"; null where a chapter has no transcript.</summary>
    private static Dictionary<string, string>? Transcripts(string chapter, DataSetReport report)
    {
        string[] files = [.. Directory.EnumerateFiles(chapter, "*.trans.txt").Order(StringComparer.Ordinal)];
        if (files.Length == 0) return null;
        var texts = new Dictionary<string, string>();
        foreach (string file in files)
        {
            foreach (string line in File.ReadLines(file))
            {
                string trimmed = line.Trim();
                if (trimmed.Length == 0) continue;
                int end = trimmed.AsSpan().IndexOfAny(' ', '\t');
                string id = end < 0 ? trimmed : trimmed[..end], text = end < 0 ? "" : trimmed[end..].Trim();
                if (!texts.TryAdd(id, text) && texts[id] != text)
                    report.Add($"Utterances with a second transcript, which is not used, in '{file}'", id);
            }
        }

        return texts;
    }
}
