using System.Diagnostics;
using System.Runtime.InteropServices;

namespace AudioBsq.Benchmarks.Decoders;

/// <summary>ffmpeg's command, as the encoder of clips and as what our decoders are compared with.</summary>
internal static class Ffmpeg
{
    // ffmpeg's own Opus decoder is up to 12 dB away from the reference one, libopus, which it has as well.
    private static readonly string[] Quiet = ["-v", "quiet", "-y"], Reference = ["-c:a", "libopus"];

    public static bool IsThere
    {
        get
        {
            try
            {
                return Run(["-version"]) == 0;
            }
            catch (System.ComponentModel.Win32Exception)
            {
                return false;
            }
        }
    }

    /// <summary>Writes a file; false where this ffmpeg cannot.</summary>
    public static bool TryEncode(string from, string options, string to) =>
        Run([.. Quiet, "-i", from, .. options.Split(' ', StringSplitOptions.RemoveEmptyEntries), to]) == 0;

    /// <summary>All samples of a file, all channels.</summary>
    public static float[] Decode(string path)
    {
        string samples = $"{path}.f32";
        Run([.. Input(path), "-f", "f32le", samples]);
        return MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(samples)).ToArray();
    }

    /// <summary>Seconds that the command takes to decode a file on one thread, with its start.</summary>
    public static double Seconds(string path)
    {
        var clock = Stopwatch.StartNew();
        Run([.. Input(path), "-f", "null", "-"]);
        return clock.Elapsed.TotalSeconds;
    }

    private static string[] Input(string path)
    {
        bool isOpus = path.EndsWith(".opus", StringComparison.Ordinal);
        return [.. Quiet, "-threads", "1", .. isOpus ? Reference : [], "-i", path];
    }

    private static int Run(string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("ffmpeg", arguments) { RedirectStandardOutput = true })!;
        process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode;
    }
}
