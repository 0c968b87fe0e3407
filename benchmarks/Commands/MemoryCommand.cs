using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using AudioBsq.Native;
using AudioBsq.Training;
using TorchSharp;

namespace AudioBsq.Benchmarks;

/// <summary>What each <see cref="Recomputation"/> saves of a training step's memory, and what time it costs, as a Markdown table.</summary>
internal static class MemoryBenchmark
{
    /// <summary>The first argument of a process that measures one case.</summary>
    public const string Child = "memory-case";

    public static int Run(string[] args)
    {
        if (Settings.Read(args, "memory [MODEL…]", ("threads", Environment.ProcessorCount)) is not { } settings) return 2;
        if (settings.Rest.FirstOrDefault(name => !MemoryCase.Models.ContainsKey(name)) is { } unknown)
        {
            Console.Error.WriteLine($"There is no model '{unknown}'; there are {string.Join(", ", MemoryCase.Models.Keys)}.");
            return 2;
        }

        Console.WriteLine("| model | crops | precision | recomputed | peak of a step (MB) | of none | CPU s / step | of none | gradient difference |");
        Console.WriteLine("| --- | --- | --- | --- | --- | --- | --- | --- | --- |");
        foreach (string model in settings.Rest.Count > 0 ? settings.Rest : [.. MemoryCase.Models.Keys])
        {
            foreach (var precision in Enum.GetValues<TrainingPrecision>()) Compare(model, precision, settings["threads"]);
        }

        return 0;
    }

    /// <summary>Measures what a parent process asked for.</summary>
    public static int RunChild(string what, string threads, string asked)
    {
        TorchDevice.Resolve("cpu"); // loads torch
        torch.set_num_threads(int.Parse(threads, CultureInfo.InvariantCulture));
        var memoryCase = JsonSerializer.Deserialize<MemoryCase>(asked)!;
        double result = what switch
        {
            nameof(MemoryCase.Peak) => memoryCase.Peak(),
            nameof(MemoryCase.Seconds) => memoryCase.Seconds(),
            _ => memoryCase.Difference(),
        };
        Console.WriteLine(result.ToString("R", CultureInfo.InvariantCulture));
        return 0;
    }

    private static void Compare(string model, TrainingPrecision precision, int threads)
    {
        (double Peak, double Seconds)? none = null;
        foreach (var recomputation in (Recomputation[])[Recomputation.None, Recomputation.Selective, Recomputation.Blocks])
        {
            var memoryCase = new MemoryCase(model, precision, recomputation);
            double peak = Ask(memoryCase, nameof(MemoryCase.Peak), threads), seconds = Ask(memoryCase, nameof(MemoryCase.Seconds), threads);
            string difference = none is null ? "" : Ask(memoryCase, nameof(MemoryCase.Difference), threads).ToString("0.#E+0;;0", CultureInfo.InvariantCulture);
            var (nonePeak, noneSeconds) = none ??= (peak, seconds);
            Console.WriteLine(FormattableString.Invariant(
                $"| {model} | {MemoryCase.Models[model].Batch} | {precision} | {recomputation} | {peak / 1e6:F0} | {peak / nonePeak:F2} | {seconds:F2} | {seconds / noneSeconds:F2} | {difference} |"));
        }
    }

    // In a process of its own, so that nothing was there before.
    private static double Ask(MemoryCase memoryCase, string what, int threads)
    {
        bool host = Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet";
        string[] first = host ? [typeof(MemoryBenchmark).Assembly.Location] : [];
        var start = new ProcessStartInfo(Environment.ProcessPath!, [.. first, Child, what, $"{threads}", JsonSerializer.Serialize(memoryCase)]) { RedirectStandardOutput = true };
        // glibc then gives freed tensors back at once; otherwise the peak holds what it keeps, about 100 MB that differ from run to run. That takes time.
        if (what == nameof(MemoryCase.Peak)) start.Environment["MALLOC_MMAP_THRESHOLD_"] = "262144";
        using var process = Process.Start(start)!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0) throw new InvalidOperationException($"The process for {what} of {memoryCase} ended with {process.ExitCode}.");
        return double.Parse(output.Trim().Split('\n')[^1], CultureInfo.InvariantCulture);
    }
}
