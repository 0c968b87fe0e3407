namespace AudioBsq.Cli.Configuration;

/// <summary>Collects the errors of a configuration, so that all are reported at once, and its warnings.</summary>
internal sealed class ConfigErrors
{
    private readonly List<(ConfigPlace Place, string Message)> _errors = [];
    private readonly List<string> _warnings = [];

    /// <summary>What is left out and does no harm.</summary>
    public IReadOnlyList<string> Warnings => _warnings;

    public void Add(ConfigPlace place, string message) => _errors.Add((place, message));

    public void Warn(ConfigPlace place, string message) => _warnings.Add($"{place}: {message}");

    public bool Any => _errors.Count > 0;

    /// <summary>An exception whose message has a line for each error.</summary>
    public InvalidDataException Exception(string path)
    {
        var sorted = _errors.OrderBy(error => error.Place.Source, StringComparer.Ordinal).ThenBy(error => error.Place.Line);
        string count = _errors.Count == 1 ? "an error" : $"{_errors.Count} errors";
        return new InvalidDataException(
            $"'{path}' has {count}:\n{string.Join('\n', sorted.Select(error => $"{error.Place}: {error.Message}"))}");
    }
}
