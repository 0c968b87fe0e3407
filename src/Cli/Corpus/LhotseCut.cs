using System.Text.Json;
using System.Text.Json.Nodes;
using AudioBsq.Decoding;

namespace AudioBsq.Cli.Corpus;

/// <summary>A cut of Lhotse's: a part of a recording that is one file.</summary>
internal static class LhotseCut
{
    /// <exception cref="InvalidDataException">The cut is of another kind; the message says which.</exception>
    public static CorpusClip Parse(JsonElement cut, string line, string folder)
    {
        string kind = JsonClip.Text(cut, "type") ?? "MonoCut";
        if (kind != "MonoCut") throw new InvalidDataException($"the cut is a {kind}; only a MonoCut is read here.");
        string id = JsonClip.Text(cut, "id") ?? throw new InvalidDataException("the cut has no id.");
        double start = JsonClip.Number(cut, "start") ?? 0;
        double duration = JsonClip.Number(cut, "duration") ?? throw new InvalidDataException($"the cut '{id}' has no duration.");
        var part = new TimeRange(start, start + duration);
        return ClipPlace.Clip(folder, FileOf(cut.GetProperty("recording"), id), id, part, duration) with { Cut = line };
    }

    /// <summary>The cut with its tokens' description added to what it has; a cut of its own for clips of other manifests.</summary>
    /// <param name="clip">The clip.</param>
    /// <param name="seconds">Its length, where no cut says it.</param>
    /// <param name="tokens">The description.</param>
    public static JsonObject Write(CorpusClip clip, double seconds, JsonObject tokens)
    {
        var cut = clip.Cut is { } line ? JsonNode.Parse(line)!.AsObject() : new JsonObject
        {
            ["id"] = clip.Id,
            ["start"] = 0,
            ["duration"] = seconds,
            ["channel"] = 0,
            ["supervisions"] = new JsonArray(),
            ["type"] = "MonoCut",
        };
        if (cut["custom"] is not JsonObject custom) cut["custom"] = custom = [];
        custom[SharFormat.Field] = tokens;
        return cut;
    }

    private static string FileOf(JsonElement recording, string id)
    {
        if (recording.ValueKind != JsonValueKind.Object
            || !recording.TryGetProperty("sources", out var sources) || sources.ValueKind != JsonValueKind.Array
            || sources.GetArrayLength() != 1)
            throw new InvalidDataException($"the recording of cut '{id}' must have one source.");
        if (recording.TryGetProperty("transforms", out var transforms)
            && transforms.ValueKind == JsonValueKind.Array && transforms.GetArrayLength() > 0)
            throw new InvalidDataException($"the recording of cut '{id}' has transforms, which are not computed here.");
        var source = sources[0];
        if (source.ValueKind != JsonValueKind.Object || JsonClip.Text(source, "type") is not "file")
            throw new InvalidDataException($"the source of cut '{id}' must be of type file.");
        if (source.TryGetProperty("channels", out var channels)
            && channels.ValueKind == JsonValueKind.Array && channels.GetArrayLength() > 1)
            throw new InvalidDataException($"the recording of cut '{id}' has several channels; write each to a file of its own.");
        return JsonClip.Text(source, "source") ?? throw new InvalidDataException($"the source of cut '{id}' has no file.");
    }
}
