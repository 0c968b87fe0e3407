using System.Security.Cryptography;
using AudioBsq.Cli.Console;

namespace AudioBsq.Cli.Reports;

/// <summary>How a page was made.</summary>
/// <param name="Version">Version of this program.</param>
/// <param name="Date">When it was made.</param>
/// <param name="Command">The command line.</param>
/// <param name="Bytes">Size of the model's file.</param>
/// <param name="Sha256">SHA-256 of the model's file, in hexadecimal.</param>
internal sealed record ReportOrigin(string Version, DateTimeOffset Date, string Command, long Bytes, string Sha256)
{
    public static ReportOrigin Of(string model, IEnumerable<string> words)
    {
        using var file = File.OpenRead(model);
        return new ReportOrigin(
            ShowVersion.VersionOf(typeof(ReportOrigin)),
            DateTimeOffset.UtcNow,
            string.Join(' ', words.Prepend("audiobsq").Select(Quote)),
            file.Length,
            Convert.ToHexStringLower(SHA256.HashData(file)));
    }

    private static string Quote(string word) => word.Length > 0 && !word.Any(char.IsWhiteSpace) ? word : $"\"{word}\"";
}
