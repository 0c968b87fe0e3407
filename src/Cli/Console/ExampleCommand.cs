using System.CommandLine;

namespace AudioBsq.Cli.Console;

/// <summary>A command whose help shows examples.</summary>
internal abstract class ExampleCommand : Command
{
    protected ExampleCommand(string name, string description, string example, string notes = "") : base(name, description)
    {
        (Example, Notes) = (example, notes);
        SetAction(Run);
    }

    /// <summary>Command lines as a person would type them, one on each line.</summary>
    public string Example { get; }

    /// <summary>What else a person should know; may be empty.</summary>
    public string Notes { get; }

    /// <summary>Runs the command and returns its exit code.</summary>
    protected abstract int Run(ParseResult arguments);
}
