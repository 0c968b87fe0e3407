namespace AudioBsq.MLNet;

/// <summary>Paths without links in them, by which two ways to one folder are known to be the same.</summary>
internal static class RealPath
{
    private const int MaxLinks = 40; // as Linux has it

    /// <summary>The same place with every link on the way replaced by what it links to.</summary>
    /// <exception cref="IOException">Links lead to each other.</exception>
    public static string Of(string path)
    {
        path = Path.GetFullPath(path);
        string real = "";
        int links = 0;
        var parts = new Stack<string>();
        Push(path);
        while (parts.TryPop(out string? part))
        {
            string next = Path.Combine(real, part);
            if (part is "" or ".") continue;
            if (part == "..") real = Path.GetDirectoryName(real) ?? real;
            else if (new FileInfo(next).LinkTarget is not { } target) real = next;
            else if (++links > MaxLinks) throw new IOException($"'{path}' leads through more than {MaxLinks} links.");
            else Push(target);
        }

        return real;

        void Push(string way)
        {
            string root = Path.GetPathRoot(way)!;
            if (root.Length > 0) real = root;
            foreach (string part in way[root.Length..].Split(Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar).Reverse())
                parts.Push(part);
        }
    }
}
