using System.CommandLine;
using System.CommandLine.Invocation;
using AudioBsq.Cli.Configuration;

namespace AudioBsq.Cli.Console;

/// <summary>Prints the names of the configurations that this program has, one on each line.</summary>
internal sealed class ListConfigs : SynchronousCommandLineAction
{
    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        foreach (string name in ConfigSource.Names) parseResult.InvocationConfiguration.Output.WriteLine(name);
        return ExitCode.Success;
    }
}
