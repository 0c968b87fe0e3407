using System.Runtime.CompilerServices;
using Microsoft.ML;

namespace AudioBsq.MLNet;

/// <summary>
/// Lets the transformers of one model file store and load what they share once. What is remembered lives as long as ML.NET's
/// reader or writer of that file.
/// </summary>
internal static class SharedEntries
{
    private static readonly ConditionalWeakTable<Repository, Dictionary<object, string>> Written = [];
    private static readonly ConditionalWeakTable<Repository, Dictionary<string, object>> Read = [];

    /// <summary>The entry's path in the file, the same on every system.</summary>
    public static string PathOf(string? folder, string name) =>
        string.IsNullOrEmpty(folder) ? name : $"{folder.Replace('\\', '/')}/{name}";

    /// <summary>Whether a text from a file can be what <see cref="PathOf"/> gives, and leads nowhere else.</summary>
    public static bool IsPath(string text) =>
        text.Split('/').All(
            part => part.Length > 0 && !part.Contains("..", StringComparison.Ordinal) && part.IndexOfAny(['\\', ':', '\0']) < 0);

    /// <summary>Where this very object was written in this save, or null.</summary>
    public static string? Find(Repository repository, object payload)
    {
        var written = WrittenTo(repository);
        lock (written) return written.GetValueOrDefault(payload);
    }

    public static void Add(Repository repository, object payload, string path)
    {
        var written = WrittenTo(repository);
        lock (written) written.Add(payload, path);
    }

    public static object GetOrRead(Repository repository, string path, Func<object> read)
    {
        var loaded = Read.GetValue(repository, _ => new(StringComparer.Ordinal));
        lock (loaded)
        {
            if (!loaded.TryGetValue(path, out object? value)) loaded.Add(path, value = read());
            return value;
        }
    }

    private static Dictionary<object, string> WrittenTo(Repository repository) =>
        Written.GetValue(repository, _ => new(ReferenceEqualityComparer.Instance));
}
