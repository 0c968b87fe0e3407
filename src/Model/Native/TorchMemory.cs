using System.Diagnostics;
using System.Runtime.InteropServices;

namespace AudioBsq.Native;

/// <summary>Whether memory ran out, and how much this process has had.</summary>
internal static class TorchMemory
{
    /// <summary>The most memory of the machine that this process has held at once, in bytes; a graphics card's own memory is not in it. 0 where the system does not tell.</summary>
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
            if (cause is ExternalException && (Says(cause, "can't allocate memory") || Says(cause, "not enough memory") || Says(cause, "out of memory"))) return true;
        }

        return false;
    }

    private static bool Says(Exception failure, string words) => failure.Message.Contains(words, StringComparison.OrdinalIgnoreCase);
}
