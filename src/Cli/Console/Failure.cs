using System.Reflection;
using System.Runtime.InteropServices;
using AudioBsq.Native;

namespace AudioBsq.Cli.Console;

/// <summary>What went wrong, for a person.</summary>
internal static class Failure
{
    /// <summary>
    /// The reason inside an exception. ML.NET wraps what a transformer throws while it is loaded in exceptions of its own; torch puts a
    /// native stack trace below its message.
    /// </summary>
    public static string Reason(Exception failure)
    {
        while (failure is not TorchLoadException && failure.InnerException is { } cause && !Says(failure)) failure = cause;
        return failure is ExternalException ? failure.Message.Split('\n')[0] : failure.Message;
    }

    private static bool Says(Exception failure) => failure is not (TargetInvocationException or TypeInitializationException or AggregateException)
        && !failure.Message.StartsWith("Error during class instantiation", StringComparison.Ordinal);
}
