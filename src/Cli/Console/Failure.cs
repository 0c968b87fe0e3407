using System.Reflection;
using System.Runtime.InteropServices;
using AudioBsq.Native;

namespace AudioBsq.Cli.Console;

/// <summary>Error messages for a person.</summary>
internal static class Failure
{
    /// <summary>
    /// The message of the exception that says what happened: ML.NET wraps others in exceptions of its own while it loads a model, and torch
    /// appends a native stack trace, which is cut off.
    /// </summary>
    public static string Reason(Exception failure)
    {
        while (failure is not TorchLoadException && failure.InnerException is { } cause && !Says(failure)) failure = cause;
        return failure is ExternalException ? failure.Message.Split('\n')[0] : failure.Message;
    }

    private static bool Says(Exception failure) =>
        failure is not (TargetInvocationException or TypeInitializationException or AggregateException)
        && !failure.Message.StartsWith("Error during class instantiation", StringComparison.Ordinal);
}
