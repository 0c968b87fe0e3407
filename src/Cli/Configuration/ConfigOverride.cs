namespace AudioBsq.Cli.Configuration;

/// <summary>
/// Replaces a key of a file by <c>section.key=value</c>, or <c>key=value</c>. A key of daudioconfig must be written with its section;
/// without one the key of audioconfig is meant.
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
        bool isFull = name.Contains('.');
        if (ConfigSchema.Find(name).FirstOrDefault(each => isFull || each.Section != ModelKeys.DecoderSection) is { } key)
        {
            Set(root, key, place, Value(value, place, errors));
            return;
        }

        string nearest = Spelling.Nearest(name, ConfigSchema.Keys.Select(each => isFull ? each.FullName : each.Name));
        errors.Add(place, $"there is no key '{name}'; the nearest is '{nearest}'");
    }

    // Only lists are parsed as YAML, in which a path with " #" would end there.
    private static ConfigNode Value(string text, ConfigPlace place, ConfigErrors errors)
    {
        if (text is ['[', ..] && ConfigYaml.TryRead(text, place, errors, out var list) && list is not null) return list;
        return text is ['"', .. var inner, '"']
            ? new ConfigScalar(place, inner, Quoted: true)
            : new ConfigScalar(place, text, Quoted: false);
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
