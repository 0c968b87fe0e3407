using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace AudioBsq.Persistence;

/// <summary>
/// Tells pipes, sockets and devices from files and folders without opening them: to open a pipe is to wait for its writer.
/// </summary>
internal static partial class SpecialFile
{
    private const int CurrentFolder = -100, StatusBytes = 256, ModePlace = 28;
    private const ushort KindMask = 0xF000, File = 0x8000, Folder = 0x4000;

    /// <summary>Whether a path, or what it links to, is none of both. Always false where the system is not Linux.</summary>
    public static bool Is(string path)
    {
        if (!OperatingSystem.IsLinux()) return false;
        Span<byte> status = stackalloc byte[StatusBytes]; // struct statx, which is the same for every processor
        if (Status(CurrentFolder, path, flags: 0, mask: 1, status) != 0) return false;
        return (BinaryPrimitives.ReadUInt16LittleEndian(status[ModePlace..]) & KindMask) is not (File or Folder);
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Status(int folder, string path, int flags, uint mask, Span<byte> status);
}
