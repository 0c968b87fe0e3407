using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace AudioBsq.Cli.Console;

/// <summary>What a file holds. The implementing record's properties are its JSON.</summary>
internal interface ISummary
{
    private static readonly JsonSerializerOptions Settings = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        WriteIndented = true,
        IgnoreReadOnlyProperties = true, // what follows from the others
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, // nothing of it goes into a web page
        Converters = { new JsonStringEnumConverter() },
    };

    /// <summary>The same for a person: names and values below each other.</summary>
    IEnumerable<(string Name, string Value)> Rows();

    /// <summary>The record as one JSON object.</summary>
    string ToJson() => JsonSerializer.Serialize(this, GetType(), Settings);
}
