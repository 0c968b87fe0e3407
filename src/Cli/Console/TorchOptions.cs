using System.CommandLine;
using AudioBsq.Distributed;
using AudioBsq.Native;
using AudioBsq.Onnx;
using AudioBsq.OnnxRuntime;
using Microsoft.ML;
using TorchSharp;

namespace AudioBsq.Cli.Console;

/// <summary>The options of commands that run a network: device, batch size, threads.</summary>
/// <param name="configured">The command reads a configuration file, which gives device and batch size unless the command line does.</param>
/// <param name="batches">The command has --batch-size, which changes no result.</param>
internal sealed class TorchOptions(bool configured = false, bool batches = true)
{
    private readonly Option<string?> _device = new("--device")
    {
        Description = "Where the network runs: auto (a GPU if there is one), cpu, cuda, or cuda:N"
            + (configured ? " " : ", all on torch, or onnx, on ONNX Runtime ")
            + (configured ? "[default: as configured]" : "[default: auto]"),
        HelpName = "DEVICE",
    };

    private readonly Option<int?> _batchSize = CheckedOption.Count(
        "--batch-size", "Clips that go through the network together; results do not depend on it [default: as saved in the model]");

    private readonly Option<int?> _threads = CheckedOption.Count(
        "--threads", "Threads of the network on a CPU; fewer can be faster where cores are shared [default: one for each core]");

    public void AddTo(Command command)
    {
        command.Add(_device);
        if (batches && !configured) command.Add(_batchSize);
        command.Add(_threads);
    }

    /// <summary>Clips in a batch; the model's own number when null.</summary>
    public int? BatchSize(ParseResult arguments) => arguments.GetValue(_batchSize);

    /// <summary>
    /// A context whose models run on the chosen device and number of threads. Only options that need torch load it.
    /// </summary>
    public MLContext CreateContext(ParseResult arguments, string device = "auto", int? seed = null)
    {
        string name = arguments.GetValue(_device) ?? device;
        Checked(name, InferenceDevice.CheckName);
        bool isNow = name is not ("auto" or "cpu") || arguments.GetValue(_threads) is not null;
        if (isNow) return Create(arguments, Resolve(name), seed);
        return new MLContext(seed) { GpuDeviceId = name == "cpu" ? -1 : null }; // with auto each model finds its device when it is loaded
    }

    /// <summary>The same, and the device by its full name.</summary>
    public MLContext CreateContext(ParseResult arguments, out string device)
    {
        device = Resolve(arguments.GetValue(_device) ?? "auto");
        return Create(arguments, device, seed: null);
    }

    /// <summary>Joins the other processes that a launcher started, each on a device of its own.</summary>
    public TrainingJob Join(ParseResult arguments, string device = "auto")
    {
        string name = arguments.GetValue(_device) ?? device;
        Checked(name, InferenceDevice.CheckName);
        return TrainingJob.Join(name);
    }

    /// <summary>A context for training in a job, and the device of this rank by its full name.</summary>
    public MLContext CreateContext(ParseResult arguments, TrainingJob job, out string device, int? seed = null)
    {
        device = Resolve(job.Device);
        return Create(arguments, device, seed, job.Size > 1 ? job.Threads : null);
    }

    private MLContext Create(ParseResult arguments, string device, int? seed, int? otherwise = null)
    {
        int? threads = arguments.GetValue(_threads) ?? otherwise;
        OnnxRuntimeSettings.IsPreferred = device == InferenceDevice.Onnx;
        if (device == InferenceDevice.Onnx) OnnxRuntimeSettings.Threads = threads;
        else if (threads is { } count) torch.set_num_threads(count);
        return new MLContext(seed)
        {
            GpuDeviceId = device.StartsWith("cuda:", StringComparison.Ordinal) ? TorchDevice.Resolve(device).index : -1,
            FallbackToCpu = false,
        };
    }

    private string Resolve(string name)
    {
        string full = "";
        Checked(name, text => full = configured ? TorchDevice.Resolve(text).ToString() : InferenceDevice.Resolve(text));
        return full;
    }

    private static void Checked(string name, Action<string> use)
    {
        try
        {
            use(name);
        }
        catch (ArgumentException)
        {
            throw new UsageException($"Device '{name}' must be auto, cpu, cuda or cuda:N with a number N, or onnx.");
        }
    }
}
