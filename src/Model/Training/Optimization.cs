using AudioBsq.Native;
using static TorchSharp.torch;

namespace AudioBsq.Training;

/// <summary>Updates the weights of one network: AdamW with its schedule, gradient clipping, skipped steps and a moving average.</summary>
internal sealed class Optimization : IDisposable
{
    private readonly TrainingLoopOptions _options;
    private readonly AdamWOptimizer _optimizer;
    private readonly WarmupCosine _schedule;

    /// <param name="network">The network to fit.</param>
    /// <param name="options">The training options.</param>
    /// <param name="device">The device of the network.</param>
    /// <param name="decays">Whether a weight decays, by its name and tensor; matrices do when null.</param>
    public Optimization(nn.Module network, TrainingLoopOptions options, Device device, Func<string, Tensor, bool>? decays = null)
    {
        _options = options;
        decays ??= (_, parameter) => parameter.dim() >= 2;
        double DecayOf(string name, Tensor parameter) => decays(name, parameter) ? options.WeightDecay : 0;
        var parameters = network.named_parameters().Select(p => (p.name, p.parameter, DecayOf(p.name, p.parameter)));
        _optimizer = new AdamWOptimizer(parameters, options.Beta1, options.Beta2);
        _schedule = new WarmupCosine(options.EffectiveWarmup, options.MaxSteps, end: options.FinalLearningRate);
        if (options.Ema is { } ema) Ema = new EmaWeights(network, ema.Decay, ema.Device is null ? device : TorchDevice.Resolve(ema.Device));
    }

    /// <summary>
    /// Which weights of a model's network decay: matrices, but no position tables; all with
    /// <see cref="Compatibility.DecayEveryParameter"/>.
    /// </summary>
    public static Func<string, Tensor, bool> DecaysIn(AudioBsqOptions model) => (name, parameter) =>
    {
        bool matrix = parameter.dim() >= 2 && !name.EndsWith("positional_embedding", StringComparison.Ordinal);
        return matrix || model.Compatibility.DecayEveryParameter;
    };

    public EmaWeights? Ema { get; }

    /// <summary>Steps skipped because their loss or gradient was not finite.</summary>
    public int Skipped { get; private set; }

    /// <summary>Steps skipped since the last one that was not.</summary>
    public int SkippedInARow { get; private set; }

    /// <summary>Optimizer state and averages, by name.</summary>
    public IEnumerable<(string Name, Tensor Tensor)> Tensors =>
        [.. NamedTensors.Prefixed("optimizer", _optimizer.Tensors), .. NamedTensors.Prefixed("ema", Ema?.Tensors)];

    public void ClearGradients() => _optimizer.ClearGradients();

    /// <summary>Updates the weights by their gradients. Skips the step and returns null if the loss or a gradient is not finite.</summary>
    /// <exception cref="ArithmeticException">Too many steps in a row were not finite.</exception>
    public (double GradientNorm, double LearningRate)? Update(double loss, int step)
    {
        double norm = _optimizer.ClipGradients(_options.GradientClip);
        if (!double.IsFinite(loss) || !double.IsFinite(norm))
        {
            Skip(step, FormattableString.Invariant($"loss {loss}, norm of the gradients {norm}"));
            return null;
        }

        SkippedInARow = 0;
        double learningRate = _options.LearningRate * _schedule.At(step);
        _optimizer.Step(learningRate);
        Ema?.Update();
        return (norm, learningRate);
    }

    /// <summary>Counts a skipped step.</summary>
    /// <exception cref="ArithmeticException">Too many steps in a row were skipped.</exception>
    public void Skip(int step, string why)
    {
        Skipped++;
        if (++SkippedInARow < _options.MaxSkippedInARow) return;
        throw new ArithmeticException(FormattableString.Invariant(
            $"The loss was not a finite number in {SkippedInARow} steps in a row, the last being step {step}: {why}. ")
            + FormattableString.Invariant($"Lower LearningRate (now {_options.LearningRate}), or look for NaN in the training data."));
    }

    public void SaveScalars(Dictionary<string, double> scalars)
    {
        scalars["optimizer_steps"] = _optimizer.Steps;
        scalars["ema_updates"] = Ema?.Updates ?? 0;
        scalars["skipped"] = Skipped;
        scalars["skipped_in_a_row"] = SkippedInARow;
    }

    public void RestoreScalars(IReadOnlyDictionary<string, double> scalars)
    {
        _optimizer.Steps = (int)scalars["optimizer_steps"];
        if (Ema is not null) Ema.Updates = (int)scalars["ema_updates"];
        (Skipped, SkippedInARow) = ((int)scalars["skipped"], (int)scalars["skipped_in_a_row"]);
    }

    public void Dispose()
    {
        _optimizer.Dispose();
        Ema?.Dispose();
    }
}
