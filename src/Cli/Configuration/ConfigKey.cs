namespace AudioBsq.Cli.Configuration;

/// <summary>One key of the schema.</summary>
/// <param name="Section">Section it stands in.</param>
/// <param name="Name">Its name.</param>
/// <param name="Rule">What may stand behind it, in words.</param>
/// <param name="Default">What it is when left out, as it would be written; in words where it depends on other keys.</param>
/// <param name="Meaning">What it does.</param>
/// <param name="Apply">Changes a draft by a node; null where the node breaks the rule.</param>
internal sealed record ConfigKey(string Section, string Name, string Rule, string Default, string Meaning, Func<ConfigDraft, ConfigNode, ConfigDraft?> Apply)
{
    public string FullName => $"{Section}.{Name}";

    public static ConfigKey Of<T>(string section, string name, ConfigType<T> type, string otherwise, string meaning, Func<ConfigDraft, T, ConfigDraft> apply) =>
        new(section, name, type.Rule, otherwise, meaning, (draft, node) => type.Read(node, out var value) ? apply(draft, value) : null);
}
