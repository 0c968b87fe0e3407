using System.Diagnostics;
using System.Globalization;
using AudioBsq.Native;
using static TorchSharp.torch;

namespace AudioBsq.Benchmarks.Gpu;

/// <summary>
/// Memory in use, in MB. TorchSharp has no question for it: on a card nvidia-smi answers, for this process where it can tell processes
/// apart (in a container it often cannot) and otherwise for the whole card. On the CPU it is this process's peak.
/// </summary>
internal static class DeviceMemory
{
    private static bool _isWholeCard;

    /// <summary>What the figure is.</summary>
    public static string Meaning(Device device) => device.type != TorchSharp.DeviceType.CUDA ? "peak of this process"
        : _isWholeCard ? "in use on the whole card (nvidia-smi)" : "in use by this process (nvidia-smi)";

    /// <summary>Null where nothing tells it.</summary>
    public static double? Megabytes(Device device)
    {
        if (device.type != TorchSharp.DeviceType.CUDA) return TorchMemory.Peak / 1e6;
        string process = Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        foreach (string line in Ask("--query-compute-apps=pid,used_memory", device))
        {
            string[] cells = line.Split(',', StringSplitOptions.TrimEntries);
            if (cells.Length == 2 && cells[0] == process && Number(cells[1]) is { } own) return own;
        }

        _isWholeCard = true;
        return Ask("--query-gpu=memory.used", device).Select(Number).FirstOrDefault();
    }

    private static double? Number(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) ? number * 1.048576 : null; // MiB

    private static string[] Ask(string question, Device device)
    {
        var start = new ProcessStartInfo("nvidia-smi", [question, "--format=csv,noheader,nounits", $"--id={device.index}"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        try
        {
            using var process = Process.Start(start)!;
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0 ? output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) : [];
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return []; // there is no such program
        }
    }
}
