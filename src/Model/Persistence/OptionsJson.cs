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
    /// <exception cref="InvalidDataException">The text is of no such options.</exception>
    public static T Read<T>(string json, string source, Action<T> validate) where T : class =>
        (T)Read(json, typeof(T), source, options => validate((T)options));

    /// <inheritdoc cref="Read{T}"/>
    public static object Read(string json, Type type, string source, Action<object>? validate = null)
    {
        try
        {
            object options = JsonSerializer.Deserialize(json, type, Settings) ?? throw new JsonException("null is not allowed");
            validate?.Invoke(options);
            return options;
        }
        catch (Exception cause) when (cause is JsonException or ArgumentException)
        {
            throw new InvalidDataException($"{source}: the {type.Name} are damaged or from another version: {cause.Message}", cause);
        }
    }
}
