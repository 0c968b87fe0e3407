using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace AudioBsq.Cli.Corpus;

/// <summary>How the files beside the tokens are written: JSON with names like those of the command line, readable by people.</summary>
internal static class CorpusJson
{
    public static JsonSerializerOptions Settings { get; } = new(JsonSerializerOptions.Strict)
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Skip,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, // the JSON goes into no web page
        IgnoreReadOnlyProperties = true,
        WriteIndented = true,
        NewLine = "\n",
    };

    /// <summary>The same on one line.</summary>
    public static JsonSerializerOptions OneLine { get; } = new(Settings) { WriteIndented = false };
}
