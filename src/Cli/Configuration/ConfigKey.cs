namespace AudioBsq.Cli.Configuration;

/// <summary>One key of the schema.</summary>
/// <param name="Section">Its section.</param>
/// <param name="Name">Its name in the section.</param>
/// <param name="Rule">The kind of its value, in words.</param>
/// <param name="Default">Its default, as it would be written; in words where it depends on other keys.</param>
/// <param name="Meaning">What it does.</param>
/// <param name="Apply">Returns the options with its value; null where the value is of another kind.</param>
internal sealed record ConfigKey(
    string Section, string Name, string Rule, string Default, string Meaning, Func<ConfigDraft, ConfigNode, ConfigDraft?> Apply)
{
    public string FullName => $"{Section}.{Name}";

    public static ConfigKey Of<T>(
        string section, string name, ConfigType<T> type, string otherwise, string meaning, Func<ConfigDraft, T, ConfigDraft> apply) =>
        new(section, name, type.Rule, otherwise, meaning, (draft, node) => type.Read(node, out var value) ? apply(draft, value) : null);
}
