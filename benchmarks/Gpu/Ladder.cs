using AudioBsq.Native;
using static TorchSharp.torch;

namespace AudioBsq.Benchmarks.Gpu;

/// <summary>From loading torch to a trained step, in steps that each build on little. Start reading here.</summary>
internal sealed class Ladder
{
    /// <summary>Number of the step that loads torch.</summary>
    public const int LoadingStep = 1;

    private readonly string _name;
    private Device? _device;

    /// <param name="device">Name of the device.</param>
    /// <param name="model">The model that is compared and measured.</param>
    /// <param name="batches">Clips at once, from few to many.</param>
    /// <param name="seconds">Time for each measurement.</param>
    public Ladder(string device, AudioBsqOptions model, IReadOnlyList<int> batches, double seconds)
    {
        _name = device;
        var basics = new BasicSteps(() => Device);
        var agreement = new AgreementSteps(() => Device, model);
        var speed = new SpeedSteps(() => Device, model, batches, seconds);
        Steps =
        [
            new("libtorch found, with all symbols", LibrarySteps.Symbols),
            new("TorchSharp's library loaded", LibrarySteps.Load, IsNeeded: true),
            new("device", () => $"{Device}", IsNeeded: true),
            new("add", basics.Add, IsNeeded: true),
            new("product", basics.Product),
            new("product in bfloat16", basics.HalfProduct),
            new("backward", basics.Backward),
            new("optimizer step", basics.OptimizerStep),
            new("module on the device", basics.Module),
            new("custom autograd function", basics.CustomFunction),
            new("save and load", basics.SaveAndLoad),
            new("tokens agree with the CPU's", agreement.Tokens),
            new("losses agree with the CPU's", agreement.Losses),
            new("speed of encoding, fp32", () => speed.Encode(half: false)),
            new("speed of encoding, bf16", () => speed.Encode(half: true)),
            new("speed of training, fp32", () => speed.Train(half: false)),
            new("speed of training, bf16", () => speed.Train(half: true)),
        ];
    }

    public IReadOnlyList<LadderStep> Steps { get; }

    private Device Device => _device ??= TorchDevice.Resolve(_name);
}
