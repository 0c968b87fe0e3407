using System.Collections.Immutable;

namespace AudioBsq.Cli.Configuration;

/// <summary>
/// Reads a configuration and those that it extends into one tree. A key of a file replaces the same key of the files it extends; a section
/// without keys replaces nothing.
/// </summary>
internal static class ConfigFile
{
    public const string Extends = "extends";

    private const int MaxBytes = 1 << 20;

    /// <summary>Reads the tree; null where a file cannot be read at all. Errors are collected.</summary>
    public static ConfigMap? Read(string path, ConfigErrors errors) => Read(path, [], errors);

    /// <summary>Adds the entries of a tree to another, and replaces those of the same name.</summary>
    public static void Merge(ConfigMap onto, ConfigMap from)
    {
        foreach (var (name, entry) in from.Entries)
        {
            var below = onto.Entries.GetValueOrDefault(name)?.Value as ConfigMap;
            if (below is not null && entry.Value is ConfigScalar { IsNull: true }) continue;
            if (below is not null && entry.Value is ConfigMap section) Merge(below, section);
            else onto.Entries[name] = entry.Value is ConfigMap map ? entry with { Value = Copy(map) } : entry;
        }
    }

    private static ConfigMap? Read(string path, ImmutableStack<string> above, ConfigErrors errors)
    {
        var place = new ConfigPlace(path, 1);
        if (ConfigSource.LengthOf(path) > MaxBytes) return Refuse(place, $"a configuration has at most {MaxBytes} bytes");
        if (!ConfigYaml.TryRead(ConfigSource.Read(path), place, errors, out var node)) return null;
        if (node is not (null or ConfigMap or ConfigScalar { IsNull: true }))
            return Refuse(node.Place, $"a configuration has sections of keys; this is {node.Kind}");
        var root = new ConfigMap(place, []);
        if (node is ConfigMap map) Merge(root, map);
        Normalize(root);
        if (!root.Entries.Remove(Extends, out var extends)) return root;
        if (!ConfigType.Texts.Read(extends.Value, out string[] names))
            return Refuse(extends.Place, $"'{Extends}' must be a file or a list of files; it is {extends.Value.Kind}");

        var tree = new ConfigMap(place, []);
        above = above.Push(ConfigSource.IdentityOf(path));
        foreach (string name in names)
        {
            if (ConfigSource.Beside(path, name) is not { } other)
                return Refuse(extends.Place, $"'{Extends}' names '{name}', and there is no such file beside it, nor one that audiobsq has");
            if (above.Contains(ConfigSource.IdentityOf(other)))
                return Refuse(extends.Place, $"'{Extends}' names '{name}', which extends this file in turn");
            if (Read(other, above, errors) is not { } below) return null;
            Merge(tree, below);
        }

        Merge(tree, root);
        return tree;

        ConfigMap? Refuse(ConfigPlace where, string message)
        {
            errors.Add(where, message);
            return null;
        }
    }

    /// <summary>
    /// Writes <c>compatibility: reference</c> as the section that it is short for, so that files and overrides can add flags to it.
    /// </summary>
    private static void Normalize(ConfigMap root)
    {
        if (root.Entries.TryGetValue(ConfigSchema.CompatibilitySection, out var entry)
            && entry.Value is ConfigScalar { IsNull: false } version)
            root.Entries[ConfigSchema.CompatibilitySection] =
                entry with { Value = new ConfigMap(entry.Place, new() { [ConfigSchema.VersionKey] = new(entry.Place, version) }) };
    }

    // An alias makes several sections share one map; each gets its own, so that they can differ.
    private static ConfigMap Copy(ConfigMap map) =>
        new(map.Place,
            map.Entries.ToDictionary(
            entry => entry.Key, entry => entry.Value.Value is ConfigMap inner ? entry.Value with { Value = Copy(inner) } : entry.Value));
}
