using AudioBsq.MLNet;

namespace AudioBsq.Cli.Corpus;

/// <summary>A table of Common Voice: its column <c>path</c> names files in the folder <c>clips</c> beside it.</summary>
internal static class ClipTable
{
    private const string Folder = "clips", Column = "path";

    /// <summary>Whether a file's first line is that of such a table.</summary>
    public static bool IsHeader(string line) => ColumnsOf(line).Contains(Column);

    /// <exception cref="InvalidDataException">A line has another number of fields than the first.</exception>
    public static IEnumerable<CorpusClip> Read(string path, string folder)
    {
        string[]? columns = null;
        foreach (var (number, line) in ManifestText.Lines(path))
        {
            if (columns is null)
            {
                columns = ColumnsOf(line);
                continue;
            }

            string[] fields = line.Split('\t');
            if (fields.Length != columns.Length)
            {
                throw new InvalidDataException(
                    $"'{path}', line {number}: {fields.Length} fields, and the first line has {columns.Length}.");
            }

            string name = TabSeparatedFile.Unquote(fields[Array.IndexOf(columns, Column)].Trim()).Replace('\\', '/');
            if (name.Length == 0) throw new InvalidDataException($"'{path}', line {number}: the path is empty.");
            if (!Path.HasExtension(name)) name += ".mp3"; // old tables leave it out
            yield return ClipPlace.Clip(folder, $"{Folder}/{name}", Path.ChangeExtension(name, null));
        }
    }

    private static string[] ColumnsOf(string line) =>
        [.. line.TrimStart('\uFEFF').Split('\t').Select(name => TabSeparatedFile.Unquote(name.Trim()).ToLowerInvariant())];
}
