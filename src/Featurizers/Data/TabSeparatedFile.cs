namespace AudioBsq.MLNet;

/// <summary>
/// A text table whose first line names its columns, in any order and case; a UTF-8 byte order mark and CRLF are accepted.
/// </summary>
internal sealed class TabSeparatedFile
{
    private readonly string _path;
    private readonly string[] _columns;

    /// <summary>Reads the first line.</summary>
    /// <exception cref="InvalidDataException">The file is empty.</exception>
    public TabSeparatedFile(string path)
    {
        _path = path;
        string header = File.ReadLines(path).FirstOrDefault()
            ?? throw new InvalidDataException($"'{path}' is empty; its first line must name the columns.");
        _columns = [.. header.Split('\t').Select(name => Unquote(name.Trim()).ToLowerInvariant())];
    }

    public IReadOnlyList<string> Columns => _columns;

    /// <summary>Position of the first of some names that is there, or −1.</summary>
    public int IndexOf(params ReadOnlySpan<string> names)
    {
        foreach (string name in names)
        {
            int index = Array.IndexOf(_columns, name);
            if (index >= 0) return index;
        }

        return -1;
    }

    /// <summary>The lines below the first, each with as many fields as there are columns. Others are reported and left out.</summary>
    public IEnumerable<string[]> Rows(DataSetReport report)
    {
        int number = 1;
        foreach (string line in File.ReadLines(_path).Skip(1))
        {
            number++;
            if (line.Length == 0) continue;
            string[] fields = line.Split('\t');
            if (fields.Length == _columns.Length) yield return fields;
            else report.Add(
                $"Lines of '{_path}' left out because they do not have its {_columns.Length} fields", $"line {number} has {fields.Length}");
        }
    }

    /// <summary>
    /// Removes quotes that a writer must have added: around text with quotes in it, all of which are doubled. Some versions
    /// of Common Voice are written that way and some are not, and quotes around a whole sentence belong to it.
    /// </summary>
    public static string Unquote(string field)
    {
        if (field is not ['"', .. var inner, '"'] || !inner.Contains('"')) return field;
        string plain = inner.Replace("\"\"", "\0", StringComparison.Ordinal);
        return plain.Contains('"') ? field : plain.Replace('\0', '"');
    }
}
