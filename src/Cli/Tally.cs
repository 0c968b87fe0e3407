using System.Globalization;

namespace AudioBsq.Cli;

/// <summary>Counts what went well and what did not; every failure is one line on standard error.</summary>
internal sealed class Tally(Terminal terminal)
{
    private int _good, _bad, _complaints;
    private double _seconds;
    private long _tokens;

    /// <summary>Clips that went well, and failures.</summary>
    public int Total => _good + _bad;

    /// <summary>Notes a clip that went well.</summary>
    public void Count(double seconds, int tokens = 0)
    {
        _good++;
        _seconds += seconds;
        _tokens += tokens;
    }

    /// <summary>Reports what failed, and why.</summary>
    public void Refuse(string name, string reason)
    {
        _bad++;
        terminal.Say(reason.Contains(name, StringComparison.Ordinal) ? reason : $"{name}: {reason}");
    }

    /// <summary>Reports what is missing from a clip that went well otherwise.</summary>
    public void Complain(string name, IReadOnlyList<string> problems)
    {
        _complaints += problems.Count;
        foreach (string problem in problems) terminal.Say($"{name}: {problem}");
    }

    /// <summary>Says how it went and gives the exit code.</summary>
    public int Conclude()
    {
        string tokens = _tokens > 0 ? string.Create(CultureInfo.InvariantCulture, $", {_tokens:N0} tokens") : "";
        if (_bad > 0) terminal.Say($"{_bad} of {Total} failed.");
        else terminal.Note(string.Create(CultureInfo.InvariantCulture, $"{_good:N0} {(_good == 1 ? "clip" : "clips")}, {_seconds:N1} s{tokens}."));
        return ExitCode.Of(_good, _bad + _complaints);
    }
}
