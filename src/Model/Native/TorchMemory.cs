using System.Diagnostics;
using System.Runtime.InteropServices;

namespace AudioBsq.Native;

/// <summary>Recognizes exhausted memory, and measures the memory of this process.</summary>
internal static class TorchMemory
{
    private static readonly string[] Phrases = ["can't allocate memory", "not enough memory", "out of memory"];

    /// <summary>
    /// Peak main memory of this process in bytes, without the memory of graphics cards; 0 where the system does not report it.
    /// </summary>
    public static long Peak
    {
        get
        {
            using var process = Process.GetCurrentProcess();
            return process.PeakWorkingSet64;
        }
    }

    /// <summary>Whether .NET or torch found no memory.</summary>
    public static bool IsExhausted(Exception failure)
    {
        for (Exception? cause = failure; cause is not null; cause = cause.InnerException)
        {
            if (cause is OutOfMemoryException) return true;
            if (cause is ExternalException && Phrases.Any(phrase => IsIn(cause.Message, phrase))) return true;
        }

        return false;
    }

    private static bool IsIn(string message, string phrase) => message.Contains(phrase, StringComparison.OrdinalIgnoreCase);
}
