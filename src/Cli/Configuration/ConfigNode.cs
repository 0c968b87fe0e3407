namespace AudioBsq.Cli.Configuration;

/// <summary>The place of a key or value: a line of a file, or an override of the command line.</summary>
internal readonly record struct ConfigPlace(string Source, int Line)
{
    /// <summary>"file:line", or the override where there is no line.</summary>
    public override string ToString() => Line > 0 ? $"{Source}:{Line}" : Source;
}

/// <summary>A node of a YAML tree.</summary>
internal abstract record ConfigNode(ConfigPlace Place)
{
    /// <summary>What it is, in words, for errors.</summary>
    public abstract string Kind { get; }
}

/// <summary>A single value. Quoted text is never a number, flag or null.</summary>
internal sealed record ConfigScalar(ConfigPlace Place, string Text, bool Quoted) : ConfigNode(Place)
{
    public bool IsNull => !Quoted && Text is "" or "~" or "null" or "Null" or "NULL";

    public override string Kind => IsNull ? "nothing" : $"'{Text}'";
}

/// <summary>A list.</summary>
internal sealed record ConfigList(ConfigPlace Place, IReadOnlyList<ConfigNode> Items) : ConfigNode(Place)
{
    public override string Kind => "a list";
}

/// <summary>Entries by key.</summary>
internal sealed record ConfigMap(ConfigPlace Place, Dictionary<string, ConfigEntry> Entries) : ConfigNode(Place)
{
    public override string Kind => "a section of keys";
}

/// <summary>The value of a key, and the place of the key.</summary>
internal sealed record ConfigEntry(ConfigPlace Place, ConfigNode Value);
