using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace AudioBsq.Cli.Console;

/// <summary>Results that can be shown as a table or as JSON. The properties of the implementing record are the JSON's members.</summary>
internal interface ISummary
{
    private static readonly JsonSerializerOptions Settings = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        WriteIndented = true,
        IgnoreReadOnlyProperties = true, // they are computed from the others
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, // the JSON goes into no web page
        Converters = { new JsonStringEnumConverter() },
    };

    /// <summary>Names and values, for a person.</summary>
    IEnumerable<(string Name, string Value)> Rows();

    /// <summary>The record as one JSON object.</summary>
    string ToJson() => JsonSerializer.Serialize(this, GetType(), Settings);
}
