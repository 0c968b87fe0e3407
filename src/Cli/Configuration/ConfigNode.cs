namespace AudioBsq.Cli.Configuration;

/// <summary>Where something is written: a file's line, or an override of the command line.</summary>
internal readonly record struct ConfigPlace(string Source, int Line)
{
    /// <summary>"file:line", or the override where there is no line.</summary>
    public override string ToString() => Line > 0 ? $"{Source}:{Line}" : Source;
}

/// <summary>A value as it is written, before anything is known of its meaning.</summary>
internal abstract record ConfigNode(ConfigPlace Place)
{
    /// <summary>In words, for errors.</summary>
    public abstract string Kind { get; }
}

/// <summary>One value. Text in quotes is never a number, flag or null.</summary>
internal sealed record ConfigScalar(ConfigPlace Place, string Text, bool Quoted) : ConfigNode(Place)
{
    public bool IsNull => !Quoted && Text is "" or "~" or "null" or "Null" or "NULL";

    public override string Kind => IsNull ? "nothing" : $"'{Text}'";
}

/// <summary>Values one after another.</summary>
internal sealed record ConfigList(ConfigPlace Place, IReadOnlyList<ConfigNode> Items) : ConfigNode(Place)
{
    public override string Kind => "a list";
}

/// <summary>Values by key; every key has its own place.</summary>
internal sealed record ConfigMap(ConfigPlace Place, Dictionary<string, ConfigEntry> Entries) : ConfigNode(Place)
{
    public override string Kind => "a section of keys";
}

/// <summary>A key's place, and its value.</summary>
internal sealed record ConfigEntry(ConfigPlace Place, ConfigNode Value);
