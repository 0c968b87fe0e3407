using System.CommandLine;
using AudioBsq.Native;
using Microsoft.ML;
using TorchSharp;

namespace AudioBsq.Cli.Console;

/// <summary>The options of commands that run a model: where, and how much at a time.</summary>
/// <param name="configured">The command has a configuration, which says both unless the command line does.</param>
/// <param name="batches">Clips go through the network in batches whose size is of no consequence.</param>
internal sealed class TorchOptions(bool configured = false, bool batches = true)
{
    private readonly Option<string?> _device = new("--device")
    {
        Description = $"Where the network runs: auto (a GPU if there is one), cpu, cuda, or cuda:N [default: {(configured ? "as configured" : "auto")}]",
        HelpName = "DEVICE",
    };

    private readonly Option<int?> _batchSize = CheckedOption.Count("--batch-size", "Clips that go through the network together; results do not depend on it [default: as saved in the model]");

    private readonly Option<int?> _threads = CheckedOption.Count("--threads", "Threads of the network on a CPU; fewer can be faster where cores are shared [default: one for each core]");

    public void AddTo(Command command)
    {
        command.Add(_device);
        if (batches && !configured) command.Add(_batchSize);
        command.Add(_threads);
    }

    /// <summary>Rows in a batch, or null: as the model says.</summary>
    public int? BatchSize(ParseResult arguments) => arguments.GetValue(_batchSize);

    /// <summary>A context whose models run where and how the user said.</summary>
    public MLContext CreateContext(ParseResult arguments, string device = "auto", int? seed = null) => Create(arguments, Resolve(arguments.GetValue(_device) ?? device), seed);

    /// <summary>The same, and the device by its full name.</summary>
    public MLContext CreateContext(ParseResult arguments, out string device)
    {
        var place = Resolve(arguments.GetValue(_device) ?? "auto");
        device = place.ToString();
        return Create(arguments, place, seed: null);
    }

    private MLContext Create(ParseResult arguments, torch.Device device, int? seed)
    {
        if (arguments.GetValue(_threads) is { } threads) torch.set_num_threads(threads);
        return new MLContext(seed) { GpuDeviceId = device.type == DeviceType.CUDA ? device.index : -1, FallbackToCpu = false };
    }

    private static torch.Device Resolve(string name)
    {
        try
        {
            return TorchDevice.Resolve(name);
        }
        catch (ArgumentException)
        {
            throw new UsageException($"Device '{name}' must be auto, cpu, cuda or cuda:N with a number N.");
        }
    }
}
