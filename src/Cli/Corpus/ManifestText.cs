using System.IO.Compression;

namespace AudioBsq.Cli.Corpus;

/// <summary>Reads lines of text, from a gzipped file too, which its content tells.</summary>
internal static class ManifestText
{
    /// <summary>The lines that are not blank, with their numbers from 1.</summary>
    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    public static IEnumerable<(long Number, string Text)> Lines(string path)
    {
        using var reader = new StreamReader(Open(path));
        for (long number = 1; reader.ReadLine() is { } text; number++)
        {
            if (!string.IsNullOrWhiteSpace(text)) yield return (number, text);
        }
    }

    private static Stream Open(string path)
    {
        var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        bool isZipped = file.ReadByte() == 0x1f && file.ReadByte() == 0x8b;
        file.Position = 0;
        return isZipped ? new GZipStream(file, CompressionMode.Decompress) : file;
    }
}
