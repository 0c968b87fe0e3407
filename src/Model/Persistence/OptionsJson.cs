using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace AudioBsq.Persistence;

/// <summary>Options records as JSON text. Reading is strict: unknown, repeated or wrongly typed members are errors.</summary>
internal static class OptionsJson
{
    private static readonly JsonSerializerOptions Settings = new(JsonSerializerOptions.Strict)
    {
        IgnoreReadOnlyProperties = true,
        Converters = { new JsonStringEnumConverter(namingPolicy: null, allowIntegerValues: false) },
    };

    public static string Write<T>(T options) where T : class => JsonSerializer.Serialize(options, Settings);

    public static JsonNode? Node<T>(T options) where T : class => JsonSerializer.SerializeToNode(options, Settings);

    /// <summary>
    /// Reads options that <see cref="Write"/> wrote, and validates them. <paramref name="source"/> names the file or column in messages.
    /// </summary>
    public static T Read<T>(string json, string source, Action<T> validate) where T : class
    {
        try
        {
            var options = JsonSerializer.Deserialize<T>(json, Settings) ?? throw new JsonException("null is not allowed");
            validate(options);
            return options;
        }
        catch (Exception cause) when (cause is JsonException or ArgumentException)
        {
            throw new InvalidDataException($"{source}: the {typeof(T).Name} are damaged or from another version: {cause.Message}", cause);
        }
    }
}
