using System.Reflection;
using System.Runtime.InteropServices;
using AudioBsq.Native;

namespace AudioBsq.Cli.Console;

/// <summary>Error messages for a person.</summary>
internal static class Failure
{
    // What ML.NET says where the cause is another exception: while it loads a model, and on the threads that fill its cache.
    private static readonly string[] Wrappers =
        ["Error during class instantiation", "Event we were waiting on was subject to an exception"];

    /// <summary>
    /// The message of the exception that says what happened: ML.NET wraps others in exceptions of its own, and torch appends a native stack
    /// trace, which is cut off.
    /// </summary>
    public static string Reason(Exception failure)
    {
        while (failure is not TorchLoadException && failure.InnerException is { } cause && !Says(failure)) failure = cause;
        return failure is ExternalException ? failure.Message.Split('\n')[0] : failure.Message;
    }

    private static bool Says(Exception failure) =>
        failure is not (TargetInvocationException or TypeInitializationException or AggregateException)
        && !Wrappers.Any(start => failure.Message.StartsWith(start, StringComparison.Ordinal));
}
