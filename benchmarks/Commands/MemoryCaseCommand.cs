using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using AudioBsq.Benchmarks.Memory;
using AudioBsq.Native;
using TorchSharp;

namespace AudioBsq.Benchmarks.Commands;

/// <summary><c>memory-case</c>: the process that <c>memory</c> starts for each figure.</summary>
internal sealed class MemoryCaseCommand : Command
{
    public const string CommandName = "memory-case";

    private readonly Argument<string> _figure = new Argument<string>("FIGURE") { Description = "What to measure" }
        .AcceptOnlyFromAmong(nameof(MemoryCase.Peak), nameof(MemoryCase.Seconds), nameof(MemoryCase.Difference));

    private readonly Argument<string> _case = new("CASE") { Description = "A MemoryCase, as JSON" };

    private readonly Option<int> _threads = Inputs.Threads(Environment.ProcessorCount);

    public MemoryCaseCommand() : base(CommandName, "Measure one figure of one case of 'memory', and write the number.")
    {
        Hidden = true;
        Add(_figure);
        Add(_case);
        Add(_threads);
        SetAction(Run);
    }

    private void Run(ParseResult arguments)
    {
        TorchDevice.Resolve("cpu"); // loads torch
        torch.set_num_threads(arguments.GetValue(_threads));
        var memoryCase = JsonSerializer.Deserialize<MemoryCase>(arguments.GetRequiredValue(_case))!;
        double figure = arguments.GetValue(_figure) switch
        {
            nameof(MemoryCase.Peak) => memoryCase.Peak(),
            nameof(MemoryCase.Seconds) => memoryCase.Seconds(),
            _ => memoryCase.Difference(),
        };
        Console.WriteLine(figure.ToString("R", CultureInfo.InvariantCulture));
    }
}
