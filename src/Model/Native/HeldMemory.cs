using System.Runtime.InteropServices;

namespace AudioBsq.Native;

/// <summary>
/// While one exists, glibc keeps blocks of up to 512 MB that are freed, for the next training step. Otherwise it returns those above 32 MB
/// to the system, which clears each page again: a fifth of a step with a discriminator. Threads other than the first have their memory in
/// heaps of 64 MB each, which it keeps too. Nothing happens with other C libraries.
/// </summary>
internal sealed partial class HeldMemory : IDisposable
{
    private const int TrimThreshold = -1, TopPad = -2, MapThreshold = -3;
    private const int MegaByte = 1 << 20;

    private static readonly Lock Gate = new();
    private static int _holders;

    private bool _disposed;

    public HeldMemory()
    {
        lock (Gate)
        {
            if (_holders++ == 0) Set(512 * MegaByte, 1024 * MegaByte, pad: 256 * MegaByte);
        }
    }

    /// <summary>Restores glibc's largest own limits and returns what is free to the system, if no other training holds it.</summary>
    public void Dispose()
    {
        lock (Gate)
        {
            if (_disposed) return;
            _disposed = true;
            if (--_holders == 0) Set(32 * MegaByte, 64 * MegaByte, pad: MegaByte / 8, trim: true);
        }
    }

    // A heap is returned to the system once it is empty, unless that would leave less than the pad.
    private static void Set(int map, int keep, int pad, bool trim = false)
    {
        if (!OperatingSystem.IsLinux()) return;
        try
        {
            _ = Option(MapThreshold, map);
            _ = Option(TrimThreshold, keep);
            _ = Option(TopPad, pad);
            if (trim) _ = Trim(0);
        }
        catch (Exception e) when (e is EntryPointNotFoundException or DllNotFoundException) // only glibc has both
        {
        }
    }

    [LibraryImport("libc", EntryPoint = "mallopt")]
    private static partial int Option(int name, int value);

    [LibraryImport("libc", EntryPoint = "malloc_trim")]
    private static partial int Trim(nuint keep);
}
