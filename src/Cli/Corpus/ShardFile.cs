using System.Security.Cryptography;

namespace AudioBsq.Cli.Corpus;

/// <summary>A file of a finished shard.</summary>
/// <param name="Name">Below the folder, with '/'.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Sha256">The hash of its content, in hexadecimal digits.</param>
internal sealed record ShardFile(string Name, long Bytes, string Sha256)
{
    /// <summary>Describes what was written to a file that is still open.</summary>
    public static ShardFile Of(string name, Stream content)
    {
        content.Flush();
        content.Position = 0;
        return new ShardFile(name, content.Length, HashOf(content));
    }

    /// <summary>Whether the folder has the file, in this size.</summary>
    public bool IsThere(string folder) => new FileInfo(Path.Combine(folder, Name)) is { Exists: true } file && file.Length == Bytes;

    /// <summary>Says what is wrong with the folder's file; null if nothing is.</summary>
    public string? Damage(string folder)
    {
        string path = Path.Combine(folder, Name);
        if (!File.Exists(path)) return $"'{path}' is missing";
        using var content = File.OpenRead(path);
        if (content.Length != Bytes) return $"'{path}' has {content.Length:N0} bytes, and {Bytes:N0} were written";
        return HashOf(content) == Sha256 ? null : $"'{path}' is not what was written: its SHA-256 is another";
    }

    private static string HashOf(Stream content) => Convert.ToHexStringLower(SHA256.HashData(content));
}
