namespace AudioBsq.MLNet;

/// <summary>The sound files of a folder by name, listed once: a table of a million rows asks for each of them.</summary>
internal sealed class ClipIndex
{
    private readonly Dictionary<string, string> _byName = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _byStem = new(StringComparer.Ordinal);

    public ClipIndex(string folder, DataSetReport report)
    {
        foreach (string path in AudioFolder.Files(folder, new AudioFolderOptions(), report.AddSpecial).Order(StringComparer.Ordinal))
        {
            string name = Path.GetRelativePath(folder, path).Replace(Path.DirectorySeparatorChar, '/');
            _byName[name] = path;
            _byStem.TryAdd(Path.ChangeExtension(name, null), path);
        }
    }

    /// <summary>
    /// The file of this name, or the first with another extension: clips are often converted, and old tables leave extensions out.
    /// </summary>
    public string? Find(string name)
    {
        name = name.Replace('\\', '/');
        return _byName.GetValueOrDefault(name)
            ?? _byStem.GetValueOrDefault(name)
            ?? _byStem.GetValueOrDefault(Path.ChangeExtension(name, null));
    }
}
