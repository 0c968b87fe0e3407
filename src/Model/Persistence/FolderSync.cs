using System.Runtime.InteropServices;

namespace AudioBsq.Persistence;

/// <summary>Puts a folder's entries on the disk, so that a renamed file is still there after a power cut. Nothing to do on Windows, which has no such call.</summary>
internal static partial class FolderSync
{
    private const int ReadOnly = 0;

    /// <summary>Does what it can: a file system that cannot flush a folder is left alone.</summary>
    public static void Flush(string folder)
    {
        if (OperatingSystem.IsWindows()) return;
        int descriptor = Open(folder, ReadOnly);
        if (descriptor < 0) return;
        _ = FlushDescriptor(descriptor);
        _ = Close(descriptor);
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync")]
    private static partial int FlushDescriptor(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
