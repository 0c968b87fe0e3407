namespace AudioBsq.Cli.Configuration;

/// <summary>A key that a configuration gives, with a value of the right kind.</summary>
internal sealed record GivenKey(ConfigKey Key, ConfigEntry Entry);
