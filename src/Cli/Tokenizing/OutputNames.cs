namespace AudioBsq.Cli.Tokenizing;

/// <summary>
/// Names a file for each clip, below one folder. The clip's folders are kept: <c>speech/a/hello.flac</c> becomes
/// <c>speech/a/hello.wav</c>. Roots and <c>..</c> are left out, so nothing is written outside the folder; characters that some
/// systems do not allow become <c>_</c>; a name that is taken gets a number.
/// </summary>
internal sealed class OutputNames(string folder, string extension = ".wav")
{
    // How often each name was used. Some file systems do not distinguish upper and lower case.
    private readonly Dictionary<string, int> _taken = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The file for the next clip.</summary>
    public string Next(string path)
    {
        string[] parts = [.. path.Split('/', '\\').Select(Clean).Where(part => part.Length > 0)];
        string name = parts.Length == 0 ? "clip" : Path.Combine(parts);
        if (Path.GetFileNameWithoutExtension(name).Length > 0) name = Path.ChangeExtension(name, null);
        string free = name;
        while (!_taken.TryAdd(free, 1)) free = $"{name} ({++_taken[name]})";
        return Path.Combine(folder, free + extension);
    }

    private static string Clean(string part)
    {
        char[] letters = part.ToCharArray();
        for (int i = 0; i < letters.Length; i++)
        {
            if (char.IsControl(letters[i]) || "<>:\"|?*".Contains(letters[i])) letters[i] = '_';
        }

        return new string(letters).TrimEnd('.', ' ').TrimStart(' ');
    }
}
