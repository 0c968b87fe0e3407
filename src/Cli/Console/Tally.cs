using System.Globalization;

namespace AudioBsq.Cli.Console;

/// <summary>Counts clips that succeeded and failed; every failure is one line on standard error.</summary>
internal sealed class Tally(Terminal terminal)
{
    private int _good, _bad, _kept, _flawed;
    private double _seconds;
    private long _tokens;

    /// <summary>Clips that succeeded, and failures.</summary>
    public int Total => _good + _bad;

    /// <summary>Counts a clip that succeeded.</summary>
    public void Count(double seconds, long tokens = 0)
    {
        _good++;
        _seconds += seconds;
        _tokens += tokens;
    }

    /// <summary>Counts a clip whose result exists already.</summary>
    public void Keep()
    {
        _good++;
        _kept++;
    }

    /// <summary>Reports problems of a clip that still counts as succeeded; the exit code is then that of some failures.</summary>
    public void Complain(string name, params IEnumerable<string> problems)
    {
        foreach (string problem in problems)
        {
            _flawed++;
            terminal.Say($"{name}: {problem}");
        }
    }

    /// <summary>Reports a failure and its reason.</summary>
    public void Refuse(string name, string reason)
    {
        _bad++;
        terminal.Say(reason.Contains(name, StringComparison.Ordinal) ? reason : $"{name}: {reason}");
    }

    /// <summary>Prints the counts and returns the exit code.</summary>
    public int Conclude()
    {
        string tokens = _tokens > 0 ? string.Create(CultureInfo.InvariantCulture, $", {_tokens:N0} tokens") : "";
        string kept = _kept > 0 ? string.Create(CultureInfo.InvariantCulture, $", {_kept:N0} of them there already") : "";
        if (_bad > 0) terminal.Say($"{_bad} of {Total} failed.");
        else terminal.Note(
            string.Create(CultureInfo.InvariantCulture, $"{_good:N0} clip{(_good == 1 ? "" : "s")}, {_seconds:N1} s{tokens}{kept}."));
        return ExitCode.Of(_good, _bad + _flawed);
    }
}
