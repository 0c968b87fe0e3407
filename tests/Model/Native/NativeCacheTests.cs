using System.Runtime.Versioning;
using AudioBsq.Native;

namespace AudioBsq.Tests.Model.Native;

[WithoutTorch]
public class NativeCacheTests
{
    [SkippableFact, SupportedOSPlatform("linux")]
    public void StoreIn_ReplacesABrokenCopy()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "the cache is for Linux");
        string folder = TestData.NewFolder();
        byte[] content = [1, 2, 3, 4];
        string path = NativeCache.StoreIn(folder, "some.so", content);
        File.WriteAllBytes(path, [1, 2]);

        Assert.Equal(path, NativeCache.StoreIn(folder, "some.so", content));

        Assert.Equal(content, File.ReadAllBytes(path));
        Assert.Equal(path, Assert.Single(Directory.GetFiles(folder)));
        Directory.Delete(folder, recursive: true);
    }

    [SkippableFact, SupportedOSPlatform("linux")]
    public void Folder_IsRefused_WhenOthersCanWriteToIt()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "the cache is for Linux");
        string root = TestData.NewFolder();
        string? before = Environment.GetEnvironmentVariable("XDG_CACHE_HOME");
        try
        {
            Environment.SetEnvironmentVariable("XDG_CACHE_HOME", root);
            string folder = Assert.IsType<string>(NativeCache.Folder());
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(folder));

            File.SetUnixFileMode(folder, File.GetUnixFileMode(folder) | UnixFileMode.OtherWrite);
            Assert.Null(NativeCache.Folder());
        }
        finally
        {
            Environment.SetEnvironmentVariable("XDG_CACHE_HOME", before);
            Directory.Delete(root, recursive: true);
        }
    }
}
