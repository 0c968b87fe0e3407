using System.Diagnostics;

namespace AudioBsq.Benchmarks;

/// <summary>This program in a process of its own, in which nothing was before.</summary>
internal static class OwnProcess
{
    /// <summary>How to start it with a command; its output is read here.</summary>
    public static ProcessStartInfo With(params string[] arguments)
    {
        bool host = Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet";
        string[] first = host ? [typeof(OwnProcess).Assembly.Location] : [];
        return new ProcessStartInfo(Environment.ProcessPath!, [.. first, .. arguments]) { RedirectStandardOutput = true };
    }
}
