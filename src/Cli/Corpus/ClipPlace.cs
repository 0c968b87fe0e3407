using System.Globalization;
using AudioBsq.Decoding;

namespace AudioBsq.Cli.Corpus;

/// <summary>Where a manifest's clip lies, and what it is called where the manifest gives it no name.</summary>
internal static class ClipPlace
{
    /// <param name="folder">The folder that relative paths start from, in full.</param>
    /// <param name="path">The file as the manifest has it.</param>
    /// <param name="id">The clip's id; when null, the file's name without its extension, and where a part starts, in milliseconds.</param>
    /// <param name="part">The part; the whole file when null.</param>
    /// <param name="seconds">The stated length.</param>
    /// <exception cref="InvalidDataException">Path or id is empty, or the times are no part of a sound.</exception>
    public static CorpusClip Clip(string folder, string path, string? id = null, TimeRange? part = null, double? seconds = null)
    {
        if (path.Length == 0 || path.Contains('\0')) throw new InvalidDataException("the path is empty, or holds a zero.");
        if (part is { IsValid: false } wrong)
            throw new InvalidDataException($"a clip must start at 0 s or later and end after that, and this is from {wrong.Start} s "
                + $"to {wrong.End} s.");
        if (seconds is { } length && !(double.IsFinite(length) && length >= 0))
            throw new InvalidDataException($"a duration of {length} s is none.");
        string name = NameOf(folder, path);
        id ??= Path.ChangeExtension(name, null) + StartOf(part);
        if (id.Length == 0) throw new InvalidDataException("the id is empty.");
        return new CorpusClip(id, name, Path.Combine(folder, path), part, seconds);
    }

    // A corpus that lies in the manifest's folder has the same names wherever it is moved to.
    private static string NameOf(string folder, string path)
    {
        string below = Path.TrimEndingDirectorySeparator(folder) + Path.DirectorySeparatorChar;
        string name = path.StartsWith(below, StringComparison.Ordinal) ? path[below.Length..] : path;
        return name.Replace(Path.DirectorySeparatorChar, '/');
    }

    private static string StartOf(TimeRange? part) =>
        part is { } times ? string.Create(CultureInfo.InvariantCulture, $"@{Math.Round(times.Start * 1000):0}") : "";
}
