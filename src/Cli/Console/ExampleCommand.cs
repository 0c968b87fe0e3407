using System.CommandLine;

namespace AudioBsq.Cli.Console;

/// <summary>A command whose help ends with an example.</summary>
internal abstract class ExampleCommand : Command
{
    protected ExampleCommand(string name, string description, string example, string notes = "") : base(name, description)
    {
        (Example, Notes) = (example, notes);
        SetAction(Run);
    }

    /// <summary>Command lines as a person would type them, one in a line.</summary>
    public string Example { get; }

    /// <summary>What else a person should know; may be empty.</summary>
    public string Notes { get; }

    /// <summary>Does the work and gives the exit code.</summary>
    protected abstract int Run(ParseResult arguments);
}
