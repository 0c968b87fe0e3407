using AudioBsq.Networks;
using AudioBsq.Signal;
using AudioBsq.Training;
using TorchSharp;
using TorchSharp.Modules;
using static AudioBsq.Native.Scalars;
using static TorchSharp.torch;

namespace AudioBsq.Benchmarks.Gpu;

/// <summary>Small operations on the device, each of which must give what the CPU gives.</summary>
internal sealed class BasicSteps(Func<Device> device)
{
    private const int Side = 256;

    public LadderFinding Add()
    {
        using var scope = NewDisposeScope();
        float sum = ones(1).to(device()).Plus(ones(1).to(device())).cpu().item<float>();
        return sum == 2 ? "1 + 1 = 2" : throw new ArithmeticException($"1 + 1 = {sum}");
    }

    public LadderFinding Product() => Compare("error", 1e-5, (x, y) => x.mm(y));

    public LadderFinding HalfProduct() =>
        Compare("error", 2e-2, (x, y) => x.to(ScalarType.BFloat16).mm(y.to(ScalarType.BFloat16)).to(ScalarType.Float32));

    public LadderFinding Backward() => Compare("error of the gradient", 1e-5, (x, y) =>
    {
        var input = x.detach().requires_grad_();
        input.mm(y).Square().mean().backward();
        return input.grad!;
    });

    public LadderFinding OptimizerStep() => Compare("error of the weights", 1e-5, (x, y) =>
    {
        using var weight = new Parameter(x.clone());
        using var optimizer = new AdamWOptimizer([("weight", weight, 0.01)], beta1: 0.9, beta2: 0.99);
        weight.mm(y).Square().mean().backward();
        optimizer.ClipGradients(1);
        optimizer.Step(1e-2);
        return weight.detach().clone();
    });

    public LadderFinding Module() => Compare("error of the latents", 1e-4, (x, _) =>
    {
        using var network = Network(x.device);
        using var noGradients = no_grad();
        return network.Encode(x.reshape(2, -1, network.Options.Bands), valid: null);
    });

    // Activation checkpointing is such a function. Its gradients must be those without it.
    public LadderFinding CustomFunction()
    {
        using var scope = NewDisposeScope();
        var (with, without) = (Gradient(checkpointing: true), Gradient(checkpointing: false));
        return Judge("error of the gradient", Difference(with, without), 1e-5);
    }

    public LadderFinding SaveAndLoad()
    {
        using var model = AudioBsqModel.Create(AudioBsqOptions.Tiny, new MelOptions(), device: device().ToString());
        using var file = new MemoryStream();
        model.Save(file);
        file.Position = 0;
        using var again = AudioBsqModel.Load(file, device().ToString());
        return again.Fingerprint == model.Fingerprint
            ? $"{file.Length:N0} bytes, the same fingerprint"
            : throw new InvalidDataException($"fingerprint {again.Fingerprint}, not {model.Fingerprint}");
    }

    private Tensor Gradient(bool checkpointing)
    {
        using var scope = NewDisposeScope();
        using var network = Network(device());
        network.train();
        if (checkpointing) network.Checkpointing = new ActivationCheckpointing();
        var x = Matrix(1).to(device()).reshape(2, -1, network.Options.Bands);
        network.Encode(x, valid: null).Square().mean().backward();
        network.Checkpointing?.ThrowIfFailed();
        return network.named_parameters().First(p => p.parameter.grad is not null && p.parameter.dim() == 2).parameter.grad!.cpu()
            .MoveToOuterDisposeScope();
    }

    private static AudioBsqNetwork Network(Device device)
    {
        random.manual_seed(1);
        var network = new AudioBsqNetwork(AudioBsqOptions.Tiny);
        network.to(device);
        network.eval();
        return network;
    }

    private LadderFinding Compare(string what, double allowed, Func<Tensor, Tensor, Tensor> compute)
    {
        using var scope = NewDisposeScope();
        Tensor x = Matrix(1), y = Matrix(2);
        return Judge(what, Difference(compute(x.to(device()), y.to(device())).cpu(), compute(x, y)), allowed);
    }

    private static Tensor Matrix(int seed)
    {
        random.manual_seed(seed);
        return randn(Side, Side);
    }

    // The largest difference, as a part of the largest value.
    private static double Difference(Tensor found, Tensor expected) =>
        (found - expected).abs().max().item<float>() / Math.Max(1e-30, expected.abs().max().item<float>());

    private static LadderFinding Judge(string what, double difference, double allowed) => difference <= allowed
        ? FormattableString.Invariant($"{what} {difference:0.0E+0}")
        : throw new ArithmeticException(FormattableString.Invariant($"{what} {difference:0.0E+0}, allowed {allowed:0.0E+0}"));
}
