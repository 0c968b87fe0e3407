using System.Text.Json.Nodes;

namespace AudioBsq.Persistence;

/// <summary>Says in which members two options records differ, for messages.</summary>
internal static class OptionsDifference
{
    /// <summary>The members that differ, such as "HopLength = 160, Encoder.Width = 64", as each of the two has them.</summary>
    public static (string First, string Second) Of<T>(T first, T second) where T : class
    {
        var (ours, theirs) = (new List<string>(), new List<string>());
        Compare("", OptionsJson.Node(first), OptionsJson.Node(second), ours, theirs);
        return (string.Join(", ", ours), string.Join(", ", theirs));
    }

    /// <summary>The same of options in the text of a file; those that were added since it was written have their defaults there.</summary>
    /// <param name="saved">What <see cref="OptionsJson.Write"/> wrote.</param>
    /// <param name="own">Options of the same type.</param>
    /// <param name="source">The file's name, for messages.</param>
    /// <exception cref="InvalidDataException">The text is of no such options.</exception>
    public static (string Saved, string Own) OfSaved(string saved, object own, string source) =>
        Of(OptionsJson.Read(saved, own.GetType(), source), own);

    private static void Compare(string path, JsonNode? first, JsonNode? second, List<string> ours, List<string> theirs)
    {
        if (JsonNode.DeepEquals(first, second)) return;
        if (first is JsonObject one && second is JsonObject other)
        {
            foreach (var (name, value) in one) Compare(path == "" ? name : $"{path}.{name}", value, other[name], ours, theirs);
            return;
        }

        ours.Add($"{path} = {Text(first)}");
        theirs.Add($"{path} = {Text(second)}");
    }

    private static string Text(JsonNode? value) => value is null ? "null" : value.ToString();
}
