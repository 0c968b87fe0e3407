using System.Reflection;
using System.Text.Json;
using AudioBsq.Signal;

namespace AudioBsq.Cli.Configuration;

/// <summary>Every key there is, and how a tree of keys becomes options. The keys themselves are in the files named after their sections.</summary>
internal static class ConfigSchema
{
    public const string CompatibilitySection = "compatibility", VersionKey = "version";

    /// <summary>In the order in which they are applied: the decoder's keys after the encoder's, whose values it takes where it has none.</summary>
    public static IReadOnlyList<ConfigKey> Keys { get; } = [.. CompatibilityKeys(), .. ModelKeys.All, .. DataKeys.All, .. TrainingKeys.All, .. TrainingExtrasKeys.All];

    /// <summary>The key of a full name, or the keys of a bare one.</summary>
    public static IReadOnlyList<ConfigKey> Find(string name) =>
        name == CompatibilitySection ? Find($"{CompatibilitySection}.{VersionKey}") : [.. Keys.Where(key => name.Contains('.') ? key.FullName == name : key.Name == name)];

    /// <summary>Applies what is right to the defaults, and collects what is not.</summary>
    public static ConfigDraft Apply(ConfigMap root, ConfigErrors errors)
    {
        var draft = new ConfigDraft();
        ReportUnknown(root, errors);
        foreach (var key in Keys)
        {
            if (Entry(root, key.FullName) is not { } entry) continue;
            if (key.Apply(draft, entry.Value) is { } next) draft = next;
            else errors.Add(entry.Place, $"{key.FullName} must be {key.Rule}; it is {entry.Value.Kind}");
        }

        return draft;
    }

    /// <summary>What a tree has at section.key, if anything.</summary>
    public static ConfigEntry? Entry(ConfigMap root, string fullName)
    {
        string[] parts = fullName.Split('.');
        return root.Entries.TryGetValue(parts[0], out var section) && section.Value is ConfigMap map ? map.Entries.GetValueOrDefault(parts[1]) : null;
    }

    private static void ReportUnknown(ConfigMap root, ConfigErrors errors)
    {
        var sections = Keys.ToLookup(key => key.Section, key => key.Name);
        foreach (var (name, entry) in root.Entries)
        {
            if (!sections.Contains(name)) errors.Add(entry.Place, $"there is no section '{name}'; {Hint(name, "", sections.Select(section => section.Key).Append(ConfigFile.Extends), "section")}");
            else if (entry.Value is ConfigMap section) ReportUnknown(name, section, [.. sections[name]], errors);
            else if (entry.Value is not ConfigScalar { IsNull: true }) errors.Add(entry.Place, $"'{name}' must be a section of keys; it is {entry.Value.Kind}");
        }
    }

    private static void ReportUnknown(string name, ConfigMap section, string[] known, ConfigErrors errors)
    {
        foreach (var (key, entry) in section.Entries.Where(entry => !known.Contains(entry.Key)))
            errors.Add(entry.Place, $"there is no key '{key}' in {name}; {Hint(key, name, known, "key")}");
    }

    private static string Hint(string name, string section, IEnumerable<string> known, string what)
    {
        var elsewhere = Keys.Where(key => key.Name == name && key.Section != section).Select(key => key.FullName).ToList();
        return elsewhere.Count > 0 ? $"it belongs to {string.Join(" or ", elsewhere)}" : $"the nearest {what} is '{Spelling.Nearest(name, known)}'";
    }

    private static IEnumerable<ConfigKey> CompatibilityKeys()
    {
        var version = ConfigType.Choice(("corrected", Compatibility.Corrected), ("reference", Compatibility.Reference));
        yield return ConfigKey.Of(CompatibilitySection, VersionKey, version, "corrected", "All flags below at once, and with reference also data.mel_level: file_maximum. `compatibility: reference` is short for it.",
            (draft, value) => draft with { Compatibility = value, Mel = draft.Mel with { Level = value == Compatibility.Reference ? MelOptions.Reference.Level : MelLevel.FullScale } });
        foreach (var property in typeof(Compatibility).GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(property => property.PropertyType == typeof(bool)))
        {
            yield return ConfigKey.Of(CompatibilitySection, JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name), ConfigType.Flag, "false", $"`Compatibility.{property.Name}`: this behaviour of the published version.", (draft, value) =>
            {
                var changed = draft.Compatibility with { };
                property.SetValue(changed, value);
                return draft with { Compatibility = changed };
            });
        }
    }
}
