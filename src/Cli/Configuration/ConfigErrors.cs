namespace AudioBsq.Cli.Configuration;

/// <summary>Collects what is wrong with a configuration, so that it is all told at once.</summary>
internal sealed class ConfigErrors
{
    private readonly List<(ConfigPlace Place, string Message)> _errors = [];

    public void Add(ConfigPlace place, string message) => _errors.Add((place, message));

    public bool Any => _errors.Count > 0;

    /// <summary>The error with all of them, a line for each.</summary>
    public InvalidDataException Exception(string path)
    {
        var lines = _errors.OrderBy(error => error.Place.Source, StringComparer.Ordinal).ThenBy(error => error.Place.Line).Select(error => $"{error.Place}: {error.Message}");
        return new InvalidDataException($"'{path}' has {(_errors.Count == 1 ? "an error" : $"{_errors.Count} errors")}:\n{string.Join('\n', lines)}");
    }
}
