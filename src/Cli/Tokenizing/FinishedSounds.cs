using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace AudioBsq.Cli.Tokenizing;

/// <summary>
/// A list of the finished sound files in a folder and of what each was made from, so that an interrupted run can be resumed. It has one
/// JSON object on each line; an incomplete last line is ignored.
/// </summary>
/// <param name="folder">The folder.</param>
/// <param name="settings">The model and all options that change the sound.</param>
internal sealed class FinishedSounds(string folder, string settings)
{
    public const string Name = ".audiobsq-finished.jsonl";

    private readonly string _path = Path.Combine(folder, Name);
    private string _break = File.Exists(Path.Combine(folder, Name)) ? "\n" : ""; // the last line may be incomplete
    private readonly Dictionary<string, Entry> _entries = Read(Path.Combine(folder, Name));

    /// <summary>Whether a sound file exists, unchanged, and was made from these tokens with these settings.</summary>
    public bool Contains(string target, TokenInput clip) =>
        _entries.TryGetValue(Relative(target), out var entry)
        && File.Exists(target) && entry.From == KeyOf(clip) && entry.Sha256 == HashOf(target);

    /// <summary>
    /// Adds a sound file before it is moved into its place: if it were added afterwards, a stop in between would lose it.
    /// </summary>
    public void Add(string target, TokenInput clip, byte[] sha256)
    {
        Directory.CreateDirectory(folder);
        string line = JsonSerializer.Serialize(new Entry(Relative(target), KeyOf(clip), Convert.ToHexStringLower(sha256)));
        File.AppendAllText(_path, $"{_break}{line}\n");
        _break = "";
    }

    private static Dictionary<string, Entry> Read(string path)
    {
        var entries = new Dictionary<string, Entry>();
        if (!File.Exists(path)) return entries;
        foreach (string line in File.ReadLines(path))
        {
            try
            {
                if (JsonSerializer.Deserialize<Entry>(line) is { File: not null } entry) entries[entry.File] = entry;
            }
            catch (JsonException)
            {
                // An incomplete line: its sound file is made again.
            }
        }

        return entries;
    }

    private string KeyOf(TokenInput clip)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        string before = $"{settings}\n{clip.Samples}\n";
        foreach (int[] part in clip.Tokens.Where(part => part.Length > 0))
        {
            hash.AppendData(Encoding.UTF8.GetBytes($"{before}{string.Join(',', part)}"));
            before = ",";
        }

        if (before != ",") hash.AppendData(Encoding.UTF8.GetBytes(before));
        return Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, 16));
    }

    private string Relative(string target) => Path.GetRelativePath(folder, target).Replace('\\', '/');

    private static string HashOf(string path)
    {
        using var stream = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }

    private sealed record Entry(string File, string From, string Sha256);
}
