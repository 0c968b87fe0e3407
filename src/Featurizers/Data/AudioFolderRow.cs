namespace AudioBsq.MLNet;

/// <summary>One file of a folder; its properties are the columns.</summary>
internal sealed class AudioFolderRow(string root, string path)
{
    /// <summary>Full path.</summary>
    public string Path { get; } = path;

    /// <summary>Path below the folder that was searched, with '/' on every system.</summary>
    public string Name { get; } = System.IO.Path.GetRelativePath(root, path).Replace(System.IO.Path.DirectorySeparatorChar, '/');

    /// <summary>Name of the folder that the file lies in.</summary>
    public string Label { get; } = System.IO.Path.GetFileName(System.IO.Path.GetDirectoryName(path)) ?? "";
}
