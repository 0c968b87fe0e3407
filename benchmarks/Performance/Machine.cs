using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;

namespace AudioBsq.Benchmarks.Performance;

/// <summary>The machine and the versions that figures hold for.</summary>
internal static class Machine
{
    // With these a better processor can be held to a lesser instruction set.
    private static readonly string[] Limits =
        ["ATEN_CPU_CAPABILITY", "ONEDNN_MAX_CPU_ISA", "MKL_ENABLE_INSTRUCTIONS", "DOTNET_EnableAVX512", "DOTNET_EnableAVX2"];

    /// <summary>Name and value of each fact.</summary>
    public static MarkdownTable Describe(int threads, Clock clock, int repeats, Rival? rival)
    {
        var table = new MarkdownTable("machine", "");
        table.Add("processor", $"{Model()}, {Environment.ProcessorCount} logical cores");
        table.Add("instruction sets", InstructionSets.Names);
        string limits = string.Join(" ", Limits.Where(IsSet).Select(name => $"`{name}={Environment.GetEnvironmentVariable(name)}`"));
        if (limits != "") table.Add("**held to a lesser set by**", limits);
        table.Add("load average at the start", Load());
        table.Add("date", DateTime.UtcNow.ToString("d MMMM yyyy, HH:mm", CultureInfo.InvariantCulture) + " UTC");
        table.Add("versions", Versions());
        table.Add("PyTorch", rival is null ? "not found, so there are no ratios" : $"{rival.Torch} in `{rival.Python}`");
        table.Add("threads", threads == 1 ? "one, but where two are compared" : $"{threads}");
        table.Add("times", $"medians of {repeats}, {(clock.IsProcessor ? "processor time" : "wall time")}; both sides in turn");
        return table;
    }

    private static bool IsSet(string name) => !string.IsNullOrEmpty(Environment.GetEnvironmentVariable(name));

    public static string Model()
    {
        string[] lines = File.Exists("/proc/cpuinfo") ? File.ReadAllLines("/proc/cpuinfo") : [];
        string? ValueOf(string name) => lines.FirstOrDefault(line => line.Split('\t', ':')[0] == name)?.Split(':')[1].Trim();
        return ValueOf("model name") is { } model
            ? $"{model} (family {ValueOf("cpu family")}, model {ValueOf("model")})"
            : Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER") ?? RuntimeInformation.ProcessArchitecture.ToString();
    }

    private static string Load() => File.Exists("/proc/loadavg") ? File.ReadAllText("/proc/loadavg").Split(' ')[0] : "unknown";

    private static string Versions()
    {
        string programs = $"AudioBsq.MLNet {VersionOf(typeof(AudioBsqModel))}, TorchSharp {VersionOf(typeof(TorchSharp.torch))}";
        return $"{programs}, {RuntimeInformation.FrameworkDescription}, {RuntimeInformation.OSDescription}";
    }

    private static string VersionOf(Type type) =>
        Short(type.Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion);

    // 0.1.0+COMMIT, of whose digits eight are enough
    private static string Short(string version)
    {
        int plus = version.IndexOf('+', StringComparison.Ordinal);
        return plus < 0 || version.Length <= plus + 9 ? version : version[..(plus + 9)];
    }
}
