using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Security.Cryptography;

namespace AudioBsq.Native;

/// <summary>
/// Stores generated native libraries in a folder that nobody else can write to: $XDG_CACHE_HOME/audiobsq, or ~/.cache/audiobsq.
/// A file's name has the hash of its content, and the content is checked against it before every use.
/// </summary>
[SupportedOSPlatform("linux")]
internal static unsafe partial class NativeCache
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>
    /// The path of a file with this content, which is written if it is missing and replaced if it is damaged. Without a usable cache it is
    /// in a fresh folder, to be deleted once the library is loaded.
    /// </summary>
    public static (string Path, bool Temporary) Store(string name, ReadOnlySpan<byte> content)
    {
        if (Folder() is { } folder)
        {
            try
            {
                return (StoreIn(folder, name, content), false);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // With a full or read-only home a fresh private folder serves as well, once per process.
            }
        }

        return (StoreIn(Directory.CreateTempSubdirectory("audiobsq-native-").FullName, name, content), true);
    }

    /// <summary>As <see cref="Store"/>, in a given folder.</summary>
    public static string StoreIn(string folder, string name, ReadOnlySpan<byte> content)
    {
        byte[] hash = SHA256.HashData(content);
        string suffix = Convert.ToHexStringLower(hash.AsSpan(0, 8));
        string path = Path.Combine(folder, $"{Path.GetFileNameWithoutExtension(name)}-{suffix}{Path.GetExtension(name)}");
        if (HasContent(path, hash)) return path;
        string temporary = $"{path}.{Environment.ProcessId}-{Guid.NewGuid():N}";
        try
        {
            File.WriteAllBytes(temporary, content);
            File.Move(temporary, path, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }

        return path;
    }

    /// <summary>
    /// The user's cache folder, which is created if it is missing; null where there is none that only this user can write to.
    /// </summary>
    public static string? Folder()
    {
        string? root = Environment.GetEnvironmentVariable("XDG_CACHE_HOME");
        if (!Path.IsPathRooted(root))
        {
            string home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
            root = home.Length == 0 ? null : Path.Combine(home, ".cache");
        }

        if (root is null) return null;
        string folder = Path.Combine(root, "audiobsq");
        try
        {
            Directory.CreateDirectory(folder, OwnerOnly);
            return IsPrivate(folder) ? folder : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null;
        }
    }

    private static bool HasContent(string path, byte[] hash)
    {
        try
        {
            using var file = File.OpenRead(path);
            return SHA256.HashData(file).AsSpan().SequenceEqual(hash);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    // struct statx: owner at byte 20, mode at byte 28 (statx(2); the layout is the same on every architecture).
    private static bool IsPrivate(string folder)
    {
        const int CurrentFolder = -100, DoNotFollowLinks = 0x100, WantModeAndOwner = 0x2 | 0x8, WritableByOthers = 0x12;
        byte* status = stackalloc byte[256];
        return StatX(CurrentFolder, folder, DoNotFollowLinks, WantModeAndOwner, status) == 0
            && *(uint*)(status + 20) == EffectiveUser()
            && (*(ushort*)(status + 28) & WritableByOthers) == 0;
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int StatX(int folder, string path, int flags, uint mask, byte* status);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint EffectiveUser();
}
