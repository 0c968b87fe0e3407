using System.Text.RegularExpressions;
using AudioBsq.Native;

namespace AudioBsq.Benchmarks.Gpu;

/// <summary>The steps before the first tensor.</summary>
internal static partial class LibrarySteps
{
    private const int MostNames = 10;

    /// <summary>Looks for all that TorchSharp's library takes from libtorch: most is otherwise looked up at its first call.</summary>
    public static LadderFinding Symbols()
    {
        if (!OperatingSystem.IsLinux()) return "not looked for on this system";
        var (all, missing) = LinuxTorchLoader.Imports();
        if (missing.Count == 0) return $"{all.Count} of {all.Count} are there";
        string more = missing.Count > MostNames ? $"\n… and {missing.Count - MostNames} more" : "";
        throw new InvalidOperationException(
            $"{missing.Count} of {all.Count} are missing; the first call of one ends the process:\n"
            + string.Join('\n', missing.Take(MostNames)) + more);
    }

    /// <summary>Loads torch; finds which files that brought into the process.</summary>
    public static LadderFinding Load()
    {
        TorchLibrary.EnsureLoaded();
        return OperatingSystem.IsLinux() ? '\n' + string.Join('\n', Mapped()) : "loaded";
    }

    private static IEnumerable<string> Mapped() =>
        File.ReadLines("/proc/self/maps").Select(line => line[(line.LastIndexOf(' ') + 1)..]).Where(path => Library().IsMatch(path))
            .Distinct().Order(StringComparer.Ordinal);

    [GeneratedRegex(@"/lib(LibTorchSharp|torch|c10|gomp|cuda|cublas|cudnn|nvrtc|nccl)[^/]*\.so[^/]*$")]
    private static partial Regex Library();
}
