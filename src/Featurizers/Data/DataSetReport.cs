using Microsoft.ML.Runtime;

namespace AudioBsq.MLNet;

/// <summary>Collects what a data set's files lack, and logs it once: how often, and the first names.</summary>
/// <param name="environment">Whose log is written to.</param>
/// <param name="source">The loader, for the log.</param>
internal sealed class DataSetReport(IHostEnvironment environment, string source)
{
    private const int MaxNames = 5;

    private readonly Dictionary<string, (int Count, List<string> Names)> _problems = [];

    /// <summary>Counts one more case of a problem.</summary>
    public void Add(string problem, string name)
    {
        var (count, names) = _problems.GetValueOrDefault(problem, (0, []));
        if (count < MaxNames) names.Add(name);
        _problems[problem] = (count + 1, names);
    }

    /// <summary>Counts a pipe, socket or device that is named like a sound file.</summary>
    public void AddSpecial(string path) => Add("Left out because they are pipes, sockets or devices, not files", path);

    /// <summary>One warning for each kind of problem.</summary>
    public void Send()
    {
        foreach (string line in Lines()) environment.Warn(source, line);
    }

    /// <summary>Logs something that is not a problem.</summary>
    public void Inform(string message) => environment.Inform(source, message);

    /// <summary>The error for a data set that has no row left.</summary>
    public InvalidDataException Empty(string what) => new(string.Join(' ', [what, .. Lines()]));

    private IEnumerable<string> Lines() => _problems.Select(problem =>
    {
        var (count, names) = problem.Value;
        string more = count > names.Count ? $" and {count - names.Count} more" : "";
        return $"{problem.Key}: {count} ({string.Join(", ", names)}{more}).";
    });
}
