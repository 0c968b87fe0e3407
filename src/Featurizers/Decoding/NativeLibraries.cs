using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace AudioBsq.Decoding;

/// <summary>The one place that finds native libraries for this assembly; a runtime allows one resolver per assembly.</summary>
internal static class NativeLibraries
{
    /// <summary>libsndfile 1.1 or newer reads MP3; any 1.x reads Ogg Vorbis and AIFF.</summary>
    public static NativeLibraryFile SoundFile { get; } = new(SoundFileNative.Library, "AUDIOBSQ_SNDFILE",
        OperatingSystem.IsWindows() ? ["sndfile.dll", "libsndfile-1.dll", "libsndfile.dll"]
        : OperatingSystem.IsMacOS() ? [MacName, $"/opt/homebrew/lib/{MacName}", $"/usr/local/lib/{MacName}", "libsndfile.dylib"]
        : ["libsndfile.so.1", "libsndfile.so"]);

    private const string MacName = "libsndfile.1.dylib";

    private static NativeLibraryFile[] All => [SoundFile];

    [ModuleInitializer]
    internal static void Register() => NativeLibrary.SetDllImportResolver(
        typeof(NativeLibraries).Assembly, (name, _, _) => All.FirstOrDefault(library => library.Name == name)?.Handle ?? 0);
}
