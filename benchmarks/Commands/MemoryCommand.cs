using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using AudioBsq.Benchmarks.Memory;
using AudioBsq.Training;

namespace AudioBsq.Benchmarks.Commands;

/// <summary><c>memory</c>: what activation checkpointing saves of a training step's memory, and what time it costs.</summary>
internal sealed class MemoryCommand : Command
{
    private readonly Argument<string[]> _models =
        new Argument<string[]>("MODEL") { Description = "Models to train [default: all]", Arity = ArgumentArity.ZeroOrMore }
            .AcceptOnlyFromAmong([.. MemoryCase.Models.Keys]);

    private readonly Option<int> _threads = Inputs.Threads(Environment.ProcessorCount);

    public MemoryCommand() : base("memory", "Compare peak memory, time and gradients of training steps, as a Markdown table.")
    {
        Add(_models);
        Add(_threads);
        SetAction(Run);
    }

    private void Run(ParseResult arguments)
    {
        Console.WriteLine(
            "| model | crops | precision | checkpointing | peak of a step (MB) | of none | CPU s / step | of none | gradient difference |");
        Console.WriteLine("| --- | --- | --- | --- | --- | --- | --- | --- | --- |");
        foreach (string model in arguments.GetValue(_models) is { Length: > 0 } asked ? asked : [.. MemoryCase.Models.Keys])
        {
            Compare(model, TrainingPrecision.Full, arguments.GetValue(_threads));
            Compare(model, TrainingPrecision.BFloat16, arguments.GetValue(_threads));
        }
    }

    private static void Compare(string model, TrainingPrecision precision, int threads)
    {
        (double Peak, double Seconds)? none = null;
        foreach (bool checkpointing in (bool[])[false, true])
        {
            var memoryCase = new MemoryCase(model, precision, checkpointing);
            double peak = Ask(memoryCase, nameof(MemoryCase.Peak), threads), seconds = Ask(memoryCase, nameof(MemoryCase.Seconds), threads);
            double difference = none is null ? 0 : Ask(memoryCase, nameof(MemoryCase.Difference), threads);
            string differs = none is null ? "" : difference.ToString("0.#E+0;;0", CultureInfo.InvariantCulture);
            var (nonePeak, noneSeconds) = none ??= (peak, seconds);
            string memory = FormattableString.Invariant($"{peak / 1e6:F0} | {peak / nonePeak:F2}");
            string time = FormattableString.Invariant($"{seconds:F2} | {seconds / noneSeconds:F2}");
            int crops = MemoryCase.Models[model].Batch;
            Console.WriteLine($"| {model} | {crops} | {precision} | {(checkpointing ? "on" : "off")} | {memory} | {time} | {differs} |");
        }
    }

    /// <summary>One figure of one case, from a process of its own, in which nothing was before.</summary>
    private static double Ask(MemoryCase memoryCase, string what, int threads)
    {
        string[] arguments = [MemoryCaseCommand.CommandName, what, JsonSerializer.Serialize(memoryCase), "--threads", $"{threads}"];
        var start = OwnProcess.With(arguments);
        // glibc then gives freed tensors back at once, which takes time; otherwise the peak holds what it keeps, about 100 MB more or less.
        if (what == nameof(MemoryCase.Peak)) start.Environment["MALLOC_MMAP_THRESHOLD_"] = "262144";
        using var process = Process.Start(start)!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"The process for {what} of {memoryCase} ended with {process.ExitCode}.");
        return double.Parse(output.Trim().Split('\n')[^1], CultureInfo.InvariantCulture);
    }
}
