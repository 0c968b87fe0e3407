using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using AudioBsq.Training;

namespace AudioBsq.Benchmarks;

/// <summary>What each <see cref="Recomputation"/> saves of a training step's memory, and what time it costs, as a Markdown table.</summary>
internal static class MemoryBenchmark
{
    /// <summary>The first argument of a process that measures one case.</summary>
    public const string Child = "memory-case";

    public static int Run(string[] args)
    {
        if (Settings.Read(args, "memory [MODEL…]", ("threads", 1)) is not { } settings) return 2;
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

    /// <summary>Measures the case that a parent process asked for.</summary>
    public static int RunChild(string asked, string threads)
    {
        var result = JsonSerializer.Deserialize<MemoryCase>(asked)!.Measure(int.Parse(threads, CultureInfo.InvariantCulture));
        Console.WriteLine(JsonSerializer.Serialize(result));
        return 0;
    }

    private static void Compare(string model, TrainingPrecision precision, int threads)
    {
        MemoryResult? none = null;
        foreach (var recomputation in (Recomputation[])[Recomputation.None, Recomputation.Selective, Recomputation.Blocks])
        {
            var result = InProcess(new MemoryCase(model, precision, recomputation), threads);
            none ??= result;
            string difference = result.GradientDifference is { } d ? d.ToString("0.#e+0", CultureInfo.InvariantCulture) : "";
            Console.WriteLine(FormattableString.Invariant(
                $"| {model} | {MemoryCase.Models[model].Batch} | {precision} | {recomputation} | {result.PeakBytes / 1e6:F0} | {(double)result.PeakBytes / none.PeakBytes:F2} | {result.Seconds:F2} | {result.Seconds / none.Seconds:F2} | {difference} |"));
        }
    }

    private static MemoryResult InProcess(MemoryCase memoryCase, int threads)
    {
        string program = typeof(MemoryBenchmark).Assembly.Location;
        bool host = Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet";
        string[] first = host ? [program] : [];
        var start = new ProcessStartInfo(Environment.ProcessPath!, [.. first, Child, JsonSerializer.Serialize(memoryCase), $"{threads}"]) { RedirectStandardOutput = true };
        using var process = Process.Start(start)!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0) throw new InvalidOperationException($"The process for {memoryCase} ended with {process.ExitCode}.");
        return JsonSerializer.Deserialize<MemoryResult>(output.Trim().Split('\n')[^1])!;
    }
}
