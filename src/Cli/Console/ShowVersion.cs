using System.CommandLine;
using System.CommandLine.Invocation;
using System.Reflection;

namespace AudioBsq.Cli.Console;

/// <summary>The version of this program, also where another one hosts it.</summary>
internal sealed class ShowVersion : SynchronousCommandLineAction
{
    public override int Invoke(ParseResult parseResult)
    {
        parseResult.InvocationConfiguration.Output.WriteLine(VersionOf(typeof(ShowVersion)));
        return ExitCode.Success;
    }

    /// <summary>The version of the assembly that holds a type.</summary>
    public static string VersionOf(Type type) => type.Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;
}
