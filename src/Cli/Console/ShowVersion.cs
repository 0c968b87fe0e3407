using System.CommandLine;
using System.CommandLine.Invocation;
using System.Reflection;

namespace AudioBsq.Cli.Console;

/// <summary>Prints the version of this program, not that of a program which hosts it, such as a test runner.</summary>
internal sealed class ShowVersion : SynchronousCommandLineAction
{
    public override int Invoke(ParseResult parseResult)
    {
        parseResult.InvocationConfiguration.Output.WriteLine(VersionOf(typeof(ShowVersion)));
        return ExitCode.Success;
    }

    /// <summary>The version of the assembly that holds a type.</summary>
    public static string VersionOf(Type type) =>
        type.Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;
}
