using System.Text.Json;
using System.Text.Json.Serialization;

namespace AudioBsq.Persistence;

/// <summary>Options records as JSON: every settable property under its own name, enumerations by name. Strict on the way in.</summary>
internal static class OptionsJson
{
    private static readonly JsonSerializerOptions Settings = new()
    {
        IgnoreReadOnlyProperties = true,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        Converters = { new JsonStringEnumConverter(allowIntegerValues: false) },
    };

    public static string Write<T>(T options) => JsonSerializer.Serialize(options, Settings);

    /// <exception cref="InvalidDataException">The text is not such a record.</exception>
    public static T Read<T>(string json, string where)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(json, Settings) ?? throw new JsonException("null");
        }
        catch (Exception e) when (e is JsonException or NotSupportedException or ArgumentException)
        {
            throw new InvalidDataException($"{where} holds {typeof(T).Name} that cannot be read: {e.Message}", e);
        }
    }
}
