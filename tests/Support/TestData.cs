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
    /// Folders of golden numbers: the one that AUDIOBSQ_GOLDEN names, or else the repository's own and shared/golden beside it.
    /// </summary>
    public static IReadOnlyList<string> GoldenFolders { get; } =
        Environment.GetEnvironmentVariable("AUDIOBSQ_GOLDEN") is { Length: > 0 } named
            ? [Existing(named) ?? throw new DirectoryNotFoundException($"AUDIOBSQ_GOLDEN names '{named}', which is no folder.")]
            : [.. new[] { PathOf("golden"), Path.Combine(Root, "..", "shared", "golden") }.Where(Directory.Exists)];

    /// <summary>
    /// Golden files of one kind, the first of each name: for instance every "models/*.json". Tests list them, so a new case needs no code.
    /// </summary>
    public static IEnumerable<string> Golden(string folder, string pattern) => GoldenFolders
        .Select(root => Path.Combine(root, folder))
        .Where(Directory.Exists)
        .SelectMany(path => Directory.EnumerateFiles(path, pattern).Order(StringComparer.Ordinal))
        .DistinctBy(Path.GetFileName);

    /// <summary>A fresh folder below the system's temporary one.</summary>
    public static string NewFolder() => Directory.CreateTempSubdirectory("audiobsq-").FullName;

    private static string? Existing(string path) => Directory.Exists(path) ? Path.GetFullPath(path) : null;

    private static string ThisFolder([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
}
