using System.Reflection;
using System.Text.Json;
using AudioBsq.Signal;

namespace AudioBsq.Cli.Configuration;

/// <summary>
/// All keys, and how a tree of keys becomes options. The keys are defined in the files that are named after their sections.
/// </summary>
internal static class ConfigSchema
{
    public const string CompatibilitySection = "compatibility", VersionKey = "version";

    /// <summary>
    /// All keys in the order in which they are applied: the decoder's after the encoder's, whose values are its defaults.
    /// </summary>
    public static IReadOnlyList<ConfigKey> Keys { get; } =
        [.. CompatibilityKeys(), .. ModelKeys.All, .. DataKeys.All, .. TrainingKeys.All, .. TrainingExtrasKeys.All, .. PretrainingKeys.All];

    /// <summary>The key with a full name, or all keys with a short one.</summary>
    public static IReadOnlyList<ConfigKey> Find(string name) => name == CompatibilitySection
        ? Find($"{CompatibilitySection}.{VersionKey}")
        : [.. Keys.Where(key => name.Contains('.') ? key.FullName == name : key.Name == name)];

    /// <summary>
    /// The keys of a tree in the order of <see cref="Keys"/>. Unknown keys and values of another kind are errors, and left out.
    /// </summary>
    public static IReadOnlyList<GivenKey> Read(ConfigMap root, ConfigErrors errors)
    {
        ReportUnknown(root, errors);
        var given = new List<GivenKey>();
        foreach (var key in Keys)
        {
            if (Entry(root, key.FullName) is not { } entry) continue;
            if (key.Apply(new ConfigDraft(), entry.Value) is null)
                errors.Add(entry.Place, $"{key.FullName} must be {key.Rule}; it is {entry.Value.Kind}");
            else given.Add(new GivenKey(key, entry));
        }

        return given;
    }

    /// <summary>The options that these keys give.</summary>
    public static ConfigDraft Apply(IEnumerable<GivenKey> given) =>
        given.Aggregate(new ConfigDraft(), (draft, each) => each.Key.Apply(draft, each.Entry.Value)!);

    /// <summary>The entry of a tree at section.key, or null.</summary>
    public static ConfigEntry? Entry(ConfigMap root, string fullName)
    {
        string[] parts = fullName.Split('.');
        return root.Entries.TryGetValue(parts[0], out var section) && section.Value is ConfigMap map
            ? map.Entries.GetValueOrDefault(parts[1]) : null;
    }

    private static void ReportUnknown(ConfigMap root, ConfigErrors errors)
    {
        var sections = Keys.ToLookup(key => key.Section, key => key.Name);
        string[] known = [.. sections.Select(section => section.Key), ConfigFile.Extends];
        foreach (var (name, entry) in root.Entries)
        {
            if (!sections.Contains(name)) errors.Add(entry.Place, $"there is no section '{name}'; {Hint(name, "", known, "section")}");
            else if (entry.Value is ConfigMap section) ReportUnknown(name, section, [.. sections[name]], errors);
            else if (entry.Value is not ConfigScalar { IsNull: true })
                errors.Add(entry.Place, $"'{name}' must be a section of keys; it is {entry.Value.Kind}");
        }
    }

    private static void ReportUnknown(string name, ConfigMap section, string[] known, ConfigErrors errors)
    {
        foreach (var (key, entry) in section.Entries.Where(entry => !known.Contains(entry.Key)))
            errors.Add(entry.Place, $"there is no key '{key}' in {name}; {Hint(key, name, known, "key")}");
    }

    private static string Hint(string name, string section, IEnumerable<string> known, string what)
    {
        string[] elsewhere = [.. Keys.Where(key => key.Name == name && key.Section != section).Select(key => key.FullName)];
        if (elsewhere.Length > 0) return $"it belongs to {string.Join(" or ", elsewhere)}";
        return $"the nearest {what} is '{Spelling.Nearest(name, known)}'";
    }

    private static IEnumerable<ConfigKey> CompatibilityKeys()
    {
        yield return ConfigKey.Of(
            CompatibilitySection,
            VersionKey,
            ConfigType.Choice(("corrected", Compatibility.Corrected), ("reference", Compatibility.Reference)),
            "corrected",
            "All flags below at once, and with reference also data.mel_level: file_maximum. `compatibility: reference` is short for it.",
            (draft, value) => draft with { Compatibility = value, Mel = draft.Mel with { Level = LevelOf(value) } });
        var properties = typeof(Compatibility).GetProperties(BindingFlags.Public | BindingFlags.Instance);
        foreach (var property in properties.Where(property => property.PropertyType == typeof(bool)))
        {
            yield return ConfigKey.Of(
                CompatibilitySection,
                JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name),
                ConfigType.Flag,
                "false",
                $"`Compatibility.{property.Name}`: this behaviour of the published version.",
                (draft, value) =>
                {
                    var changed = draft.Compatibility with { };
                    property.SetValue(changed, value);
                    return draft with { Compatibility = changed };
                });
        }
    }

    private static MelLevel LevelOf(Compatibility version) =>
        version == Compatibility.Reference ? MelOptions.Reference.Level : MelLevel.FullScale;
}
