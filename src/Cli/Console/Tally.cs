using System.Globalization;

namespace AudioBsq.Cli.Console;

/// <summary>Counts what went well and what did not; every failure is one line on standard error.</summary>
internal sealed class Tally(Terminal terminal)
{
    private int _good, _bad, _kept, _flawed;
    private double _seconds;
    private long _tokens;

    /// <summary>Clips that went well, and failures.</summary>
    public int Total => _good + _bad;

    /// <summary>Notes a clip that went well.</summary>
    public void Count(double seconds, long tokens = 0)
    {
        _good++;
        _seconds += seconds;
        _tokens += tokens;
    }

    /// <summary>Notes a clip whose result is there already.</summary>
    public void Keep()
    {
        _good++;
        _kept++;
    }

    /// <summary>Reports what is wrong with a clip that was counted all the same.</summary>
    public void Complain(string name, params IEnumerable<string> problems)
    {
        foreach (string problem in problems)
        {
            _flawed++;
            terminal.Say($"{name}: {problem}");
        }
    }

    /// <summary>Reports what failed, and why.</summary>
    public void Refuse(string name, string reason)
    {
        _bad++;
        terminal.Say(reason.Contains(name, StringComparison.Ordinal) ? reason : $"{name}: {reason}");
    }

    /// <summary>Says how it went and gives the exit code.</summary>
    public int Conclude()
    {
        string tokens = _tokens > 0 ? string.Create(CultureInfo.InvariantCulture, $", {_tokens:N0} tokens") : "";
        string kept = _kept > 0 ? string.Create(CultureInfo.InvariantCulture, $", {_kept:N0} of them there already") : "";
        if (_bad > 0) terminal.Say($"{_bad} of {Total} failed.");
        else terminal.Note(string.Create(CultureInfo.InvariantCulture, $"{_good:N0} {(_good == 1 ? "clip" : "clips")}, {_seconds:N1} s{tokens}{kept}."));
        return ExitCode.Of(_good, _bad + _flawed);
    }
}
