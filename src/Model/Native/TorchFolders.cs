using TorchSharp;

namespace AudioBsq.Native;

/// <summary>The folders of libtorch's shared libraries on Linux.</summary>
internal static class TorchFolders
{
    /// <summary>The environment variable with the folder of another libtorch, for instance a PyTorch wheel's torch/lib.</summary>
    public const string Variable = "AUDIOBSQ_LIBTORCH";

    /// <summary>The folder that <see cref="Variable"/> names, or null where it is not set.</summary>
    public static string? Named =>
        Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } folder ? folder : null;

    /// <summary>The file's path in the first of the program's folders that has it.</summary>
    public static string? Find(string file) => Own().Select(folder => Path.Combine(folder, file)).FirstOrDefault(File.Exists);

    private static IEnumerable<string> Own()
    {
        string native = Path.Combine("runtimes", "linux-x64", "native");
        string[] probed =
            (AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") as string)?.Split(':', StringSplitOptions.RemoveEmptyEntries) ?? [];
        foreach (string folder in probed) yield return folder;
        foreach (string folder in new[] { AppContext.BaseDirectory, Path.GetDirectoryName(typeof(torch).Assembly.Location) ?? "" })
        {
            if (folder.Length == 0) continue;
            yield return folder;
            yield return Path.Combine(folder, native);
            yield return Path.Combine(folder, "..", "..", native); // a package's lib/net8.0, in notebooks
        }
    }
}
