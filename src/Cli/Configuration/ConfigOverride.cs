namespace AudioBsq.Cli.Configuration;

/// <summary>
/// Puts <c>section.key=value</c>, or <c>key=value</c>, in place of what a file says. A key of daudioconfig, which follows
/// audioconfig where nothing is said, has to be named with its section.
/// </summary>
internal static class ConfigOverride
{
    public static void Apply(ConfigMap root, string text, ConfigErrors errors)
    {
        var place = new ConfigPlace($"override '{text}'", 0);
        if (text.IndexOf('=') is not (> 0 and var at))
        {
            errors.Add(place, "must be section.key=value, or key=value");
            return;
        }

        string name = text[..at].Trim(), value = text[(at + 1)..].Trim();
        if (ConfigSchema.Find(name).FirstOrDefault(each => name.Contains('.') || each.Section != ModelKeys.DecoderSection) is { } key) Set(root, key, place, Value(value, place, errors));
        else errors.Add(place, $"there is no key '{name}'; the nearest is '{Spelling.Nearest(name, ConfigSchema.Keys.Select(each => name.Contains('.') ? each.FullName : each.Name))}'");
    }

    // Only lists need YAML: a path may well hold what YAML takes for a comment.
    private static ConfigNode Value(string text, ConfigPlace place, ConfigErrors errors)
    {
        if (text is ['[', ..] && ConfigYaml.TryRead(text, place, errors, out var list) && list is not null) return list;
        return text is ['"', .. var inner, '"'] ? new ConfigScalar(place, inner, Quoted: true) : new ConfigScalar(place, text, Quoted: false);
    }

    private static void Set(ConfigMap root, ConfigKey key, ConfigPlace place, ConfigNode value)
    {
        if (!root.Entries.TryGetValue(key.Section, out var entry) || entry.Value is not ConfigMap section)
        {
            section = new ConfigMap(place, []);
            root.Entries[key.Section] = new ConfigEntry(place, section);
        }

        section.Entries[key.Name] = new ConfigEntry(place, value);
    }
}
