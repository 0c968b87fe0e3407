using System.Runtime.InteropServices;

namespace AudioBsq.Tests;

/// <summary>A pipe with a place among the files, as <c>mkfifo</c> makes it; tests that need one skip where there are none.</summary>
internal static partial class NamedPipe
{
    public static string Make(string path)
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "Pipes among files are told apart on Linux.");
        Assert.Equal(0, MakePipe(path, Convert.ToUInt32("600", 8)));
        return path;
    }

    /// <summary>Writes to it once a reader opens it.</summary>
    public static Task Feed(string path, byte[] content) => Task.Run(() =>
    {
        using var pipe = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        pipe.Write(content);
    });

    [LibraryImport("libc", EntryPoint = "mkfifo", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MakePipe(string path, uint mode);
}
