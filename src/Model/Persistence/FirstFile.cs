using System.Runtime.InteropServices;

namespace AudioBsq.Persistence;

/// <summary>
/// Gives a file a name that it gets only if it is the first: of several processes that try at once, on one machine or on several with one
/// file system, exactly one succeeds. <see cref="File.Move(string, string, bool)"/> looks first and renames then.
/// </summary>
internal static partial class FirstFile
{
    /// <summary>Moves a file to a name in the same folder; false, and the file is deleted, where there is one of that name.</summary>
    /// <exception cref="IOException">The file system refuses.</exception>
    public static bool TryMove(string from, string to)
    {
        // Some file systems have no links; there File.Move, with its small gap, must do.
        bool isFirst = (!OperatingSystem.IsWindows() && Link(from, to) == 0) || TryRename(from, to);
        AtomicFile.TryDelete(from);
        FolderSync.Flush(Path.GetDirectoryName(Path.GetFullPath(to))!);
        return isFirst;
    }

    private static bool TryRename(string from, string to)
    {
        try
        {
            File.Move(from, to, overwrite: false);
            return true;
        }
        catch (IOException) when (File.Exists(to))
        {
            return false;
        }
    }

    [LibraryImport("libc", EntryPoint = "link", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Link(string from, string to);
}
