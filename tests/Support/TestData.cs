using System.Runtime.CompilerServices;

namespace AudioBsq.Tests;

/// <summary>Finds the data that tests read: what the repository carries, and more where a folder named shared stands beside it.</summary>
internal static class TestData
{
    /// <summary>The repository's root.</summary>
    public static string Root { get; } = Path.GetFullPath(Path.Combine(ThisFolder(), "..", ".."));

    /// <summary>Data the repository carries: tests/data.</summary>
    public static string Folder { get; } = Path.Combine(Root, "tests", "data");

    /// <summary>A folder of the repository's data.</summary>
    public static string PathOf(params string[] parts) => Path.Combine([Folder, .. parts]);

    /// <summary>Real recordings beside the repository, or null where there are none.</summary>
    public static string? SharedSpeech { get; } = Existing(Path.Combine(Root, "..", "shared", "speech"));

    /// <summary>
    /// Golden files of one kind, the first of each name: for instance every "models/*.json". Tests list them, so a new case needs no code.
    /// They are those of the folder that AUDIOBSQ_GOLDEN names; where it has none of the kind, and without it, the repository's own and
    /// those of shared/golden beside it.
    /// </summary>
    public static IEnumerable<string> Golden(string folder, string pattern)
    {
        string[] own = [PathOf("golden"), Path.Combine(Root, "..", "shared", "golden")];
        string? named = Environment.GetEnvironmentVariable("AUDIOBSQ_GOLDEN") is { Length: > 0 } value
            ? Existing(value) ?? throw new DirectoryNotFoundException($"AUDIOBSQ_GOLDEN names '{value}', which is no folder.")
            : null;
        string[] found = named is null ? [] : [.. Files([named])];
        return found.Length > 0 ? found : Files(own);

        IEnumerable<string> Files(string[] roots) => roots
            .Select(root => Path.Combine(root, folder))
            .Where(Directory.Exists)
            .SelectMany(path => Directory.EnumerateFiles(path, pattern).Order(StringComparer.Ordinal))
            .DistinctBy(Path.GetFileName);
    }

    /// <summary>A fresh folder below the system's temporary one.</summary>
    public static string NewFolder() => Directory.CreateTempSubdirectory("audiobsq-").FullName;

    private static string? Existing(string path) => Directory.Exists(path) ? Path.GetFullPath(path) : null;

    private static string ThisFolder([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
}
