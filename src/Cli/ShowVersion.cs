using System.CommandLine;
using System.CommandLine.Invocation;
using System.Reflection;

namespace AudioBsq.Cli;

/// <summary>The version of this program, also where another one hosts it.</summary>
internal sealed class ShowVersion : SynchronousCommandLineAction
{
    public override int Invoke(ParseResult parseResult)
    {
        string version = typeof(ShowVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;
        parseResult.InvocationConfiguration.Output.WriteLine(version);
        return ExitCode.Success;
    }
}
