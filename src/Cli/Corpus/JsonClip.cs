using System.Text.Json;
using AudioBsq.Decoding;

namespace AudioBsq.Cli.Corpus;

/// <summary>
/// A line of JSON that names a clip: <c>path</c>, or NeMo's <c>audio_filepath</c>, with <c>id</c>, <c>duration</c> and <c>offset</c> where
/// they are known; or a cut of Lhotse's. With an offset, of 0 too, the clip is a part of the file; without one the duration only says how
/// long the file is.
/// </summary>
internal static class JsonClip
{
    /// <exception cref="JsonException">The line is no JSON.</exception>
    /// <exception cref="InvalidDataException">It is no clip.</exception>
    public static CorpusClip Parse(string line, string folder)
    {
        using var document = JsonDocument.Parse(line);
        var clip = document.RootElement;
        if (clip.ValueKind != JsonValueKind.Object) throw new InvalidDataException("this is no JSON object.");
        if (clip.TryGetProperty("recording", out _)) return LhotseCut.Parse(clip, line, folder);
        string path = Text(clip, "path") ?? Text(clip, "audio_filepath")
            ?? throw new InvalidDataException("there is no 'path' and no 'audio_filepath', nor a recording as cuts of Lhotse have it.");
        double? offset = Number(clip, "offset"), duration = Number(clip, "duration");
        TimeRange? part = offset is { } start ? new TimeRange(start, start + duration) : null;
        return ClipPlace.Clip(folder, path, Text(clip, "id"), part, duration);
    }

    /// <summary>A member's text; null where it is missing or null.</summary>
    public static string? Text(JsonElement clip, string name)
    {
        if (!clip.TryGetProperty(name, out var member) || member.ValueKind == JsonValueKind.Null) return null;
        return member.ValueKind == JsonValueKind.String
            ? member.GetString()
            : throw new InvalidDataException($"'{name}' must be text, and is {member.GetRawText()}.");
    }

    /// <summary>A member's number; null where it is missing or null.</summary>
    public static double? Number(JsonElement clip, string name)
    {
        if (!clip.TryGetProperty(name, out var member) || member.ValueKind == JsonValueKind.Null) return null;
        return member.ValueKind == JsonValueKind.Number && member.TryGetDouble(out double value)
            ? value
            : throw new InvalidDataException($"'{name}' must be a number, and is {member.GetRawText()}.");
    }
}
