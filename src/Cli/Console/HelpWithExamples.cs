using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace AudioBsq.Cli.Console;

/// <summary>The usual help, followed by notes, examples and exit codes.</summary>
internal sealed class HelpWithExamples(HelpAction usual) : SynchronousCommandLineAction
{
    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        int code = usual.Invoke(parseResult);
        var output = parseResult.InvocationConfiguration.Output;
        var command = parseResult.CommandResult.Command;
        if (command is ExampleCommand { Notes.Length: > 0 } noted) output.WriteLine($"{noted.Notes}\n");
        var examples = command is ExampleCommand one ? [one] : command.Subcommands.OfType<ExampleCommand>();
        output.WriteLine("Examples:");
        foreach (string line in examples.SelectMany(example => example.Example.Split('\n'))) output.WriteLine($"  {line}");
        output.WriteLine($"\n{ExitCode.Help}");
        return code;
    }
}
