using System.Text.Json;

namespace AudioBsq.Cli.Tokenizing;

/// <summary>Writes and reads tokens files: JSON Lines in ASCII, a <see cref="ClipTokens"/> on each.</summary>
internal static class TokenFile
{
    // Unknown members are ignored: other programs may add their own.
    private static readonly JsonSerializerOptions Settings = new(JsonSerializerOptions.Strict)
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        UnmappedMemberHandling = System.Text.Json.Serialization.JsonUnmappedMemberHandling.Skip,
    };

    public static void Write(TextWriter writer, ClipTokens clip) => writer.Write(JsonSerializer.Serialize(clip, Settings) + "\n");

    /// <summary>Reads every line that is not blank: a clip, or what is wrong with it.</summary>
    public static IEnumerable<Line> Read(TextReader reader)
    {
        long number = 0;
        while (reader.ReadLine() is { } text)
        {
            number++;
            if (!string.IsNullOrWhiteSpace(text)) yield return Parse(number, text);
        }
    }

    private static Line Parse(long number, string text)
    {
        try
        {
            return new Line(number, JsonSerializer.Deserialize<ClipTokens>(text, Settings), "null is no clip");
        }
        catch (JsonException error)
        {
            return new Line(number, null, $"no clip as 'audiobsq tokenize' writes it: {Reason(error)}");
        }
    }

    /// <summary>Says what is wrong with a line, in at most about 200 letters.</summary>
    public static string Reason(JsonException error)
    {
        int place = error.Message.IndexOf(" Path: ", StringComparison.Ordinal);
        string reason = place < 0 ? error.Message : error.Message[..place];
        if (reason.Length > 200) reason = $"{reason[..200]} …"; // it may quote the whole line
        return $"{reason}{(error.Path is "$" or null ? "" : $" ({error.Path})")}";
    }

    /// <param name="Number">From 1.</param>
    /// <param name="Clip">The clip, or null.</param>
    /// <param name="Problem">What is wrong where there is none.</param>
    internal readonly record struct Line(long Number, ClipTokens? Clip, string Problem);
}
