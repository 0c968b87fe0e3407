using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace AudioBsq.Benchmarks.Memory;

/// <summary>The peak memory of this process while something runs, above what it had before.</summary>
internal static partial class PeakMemory
{
    private const string Status = "/proc/self/status";

    /// <summary>The peak since the process began, in bytes.</summary>
    public static long OfProcess() => OperatingSystem.IsLinux() ? Kilobytes("VmHWM") : Current(process => process.PeakWorkingSet64);

    /// <summary>
    /// Bytes. On Linux the kernel's peak is set back before; elsewhere, or where that is not permitted, it is the peak since the process
    /// began, so run the same thing once before to have a fair one.
    /// </summary>
    public static long Of(Action run)
    {
        ReturnFreeMemory();
        bool exact = TryForgetPeak();
        long before = exact ? Kilobytes("VmRSS") : Current(process => process.WorkingSet64);
        run();
        return (exact ? Kilobytes("VmHWM") : Current(process => process.PeakWorkingSet64)) - before;
    }

    // What was freed and not given back would be used again without being seen.
    private static void ReturnFreeMemory()
    {
        GC.Collect(2, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        GC.WaitForPendingFinalizers();
        try
        {
            if (OperatingSystem.IsLinux()) _ = Trim(0);
        }
        catch (Exception e) when (e is EntryPointNotFoundException or DllNotFoundException) // only glibc has it
        {
        }
    }

    private static bool TryForgetPeak()
    {
        if (!OperatingSystem.IsLinux()) return false;
        try
        {
            File.WriteAllText("/proc/self/clear_refs", "5");
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static long Kilobytes(string name)
    {
        string line = File.ReadLines(Status).First(line => line.StartsWith($"{name}:", StringComparison.Ordinal)); // VmRSS:   1234 kB
        return 1024 * long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2].Trim(), CultureInfo.InvariantCulture);
    }

    private static long Current(Func<Process, long> bytes)
    {
        using var process = Process.GetCurrentProcess();
        return bytes(process);
    }

    [LibraryImport("libc", EntryPoint = "malloc_trim")]
    private static partial int Trim(nuint keep);
}
