using System.Reflection;

namespace AudioBsq.Cli.Configuration;

/// <summary>
/// Where the text of a configuration is: in a file, or in this program, which has those of the folder configs. A file on disk comes before
/// one of the program's own with that name.
/// </summary>
internal static class ConfigSource
{
    private const string Own = "audiobsq:", Folder = "configs/", Extension = ".yaml";

    private static readonly Assembly Program = typeof(ConfigSource).Assembly;

    // "configs/models/small-9bit.yaml"
    private static readonly Dictionary<string, string> Resources = Program.GetManifestResourceNames()
        .ToDictionary(name => name.Replace('\\', '/')).Where(pair => pair.Key.StartsWith(Folder, StringComparison.Ordinal))
        .ToDictionary(pair => pair.Key[Folder.Length..], pair => pair.Value);

    /// <summary>Names of those of the program's own that are whole, such as half-hour.</summary>
    public static IReadOnlyList<string> Names { get; } =
        [.. Resources.Keys.Where(name => !name.Contains('/')).Select(WithoutExtension).Order(StringComparer.Ordinal)];

    /// <summary>
    /// The file of a name; otherwise one of the program's own, whose name may be cut off at a '-' as long as only one begins so; null where
    /// there is none.
    /// </summary>
    public static string? Find(string name)
    {
        if (File.Exists(name)) return name;
        string own = name.Replace('\\', '/');
        if (own.StartsWith(Folder, StringComparison.Ordinal)) own = own[Folder.Length..];
        string whole = own.EndsWith(Extension, StringComparison.Ordinal) ? own : own + Extension;
        if (Resources.ContainsKey(whole)) return Own + whole;
        string[] begun = [.. Names.Where(each => each.StartsWith($"{own}-", StringComparison.Ordinal))];
        return begun is [var only] ? Own + only + Extension : null;
    }

    /// <summary>What a configuration names in its <c>extends</c>: a file from its own folder, or one of the program's own.</summary>
    public static string? Beside(string path, string name)
    {
        if (!IsOwn(path))
        {
            string beside = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(path))!, name);
            return File.Exists(beside) ? Path.GetRelativePath(".", beside) : Find(name);
        }

        string folder = path[Own.Length..(path.LastIndexOf('/') + 1 is > 0 and var end ? end : Own.Length)];
        return Resources.ContainsKey(folder + name) ? Own + folder + name : null;
    }

    /// <summary>The same for every way to name a file.</summary>
    public static string IdentityOf(string path) => IsOwn(path) ? path : Path.GetFullPath(path);

    /// <summary>Length in bytes.</summary>
    public static long LengthOf(string path) => IsOwn(path) ? 0 : new FileInfo(path).Length;

    public static string Read(string path)
    {
        if (!IsOwn(path)) return File.ReadAllText(path);
        using var reader = new StreamReader(Program.GetManifestResourceStream(Resources[path[Own.Length..]])!);
        return reader.ReadToEnd();
    }

    /// <summary>The name without folders and extension.</summary>
    public static string NameOf(string path) => Path.GetFileNameWithoutExtension(IsOwn(path) ? path[Own.Length..] : path);

    private static bool IsOwn(string path) => path.StartsWith(Own, StringComparison.Ordinal);

    private static string WithoutExtension(string name) => name[..^Extension.Length];
}
