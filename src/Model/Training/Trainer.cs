using AudioBsq.Distributed;
using AudioBsq.Networks;
using AudioBsq.Signal;
using static TorchSharp.torch;

namespace AudioBsq.Training;

/// <summary>Runs training steps of a network on batches of mel spectrograms; the loop, batching and reports are elsewhere.</summary>
internal sealed class Trainer : IDisposable
{
    private readonly TrainingOptions _options;
    private readonly GradientPass _pass;
    private readonly GradientWorkers<GradientPass>? _workers;
    private bool _half;

    public Trainer(AudioBsqNetwork network, MelOptions mel, TrainingOptions options, Device device)
    {
        _options = options;
        Check.That(
            options.ScaleWeight == 0 || mel.Scales > 1, options.ScaleWeight,
            $"must be 0 where the mel spectrograms have one window; give them {nameof(MelOptions.ExtraWindows)}",
            nameof(TrainingOptions.ScaleWeight));
        Precision = PrecisionChoice.Of(options.Precision, device);
        _pass = new GradientPass(network, mel, options, device);
        _half = Precision.Precision == TrainingPrecision.BFloat16;
        Optimization = new Optimization(network, options, device, Optimization.DecaysIn(network.Options));
        int workers = WorkerCount.Of(options, network, device);
        if (workers == 1) return;
        GradientPass Twin() => new(new AudioBsqNetwork(network.Options), mel, options, device, ownsNetwork: true);
        _workers = new GradientWorkers<GradientPass>(_pass, Twin, workers);
    }

    public Optimization Optimization { get; }

    /// <summary>The precision that was chosen at the start, which a checkpoint may overrule.</summary>
    public PrecisionChoice Precision { get; }

    /// <summary>States of the optimizers and the discriminator, by name.</summary>
    public IEnumerable<(string Name, Tensor Tensor)> Tensors =>
    [
        .. Optimization.Tensors,
        .. _pass.Scales?.Tensors ?? [],
        .. NamedTensors.Of("discriminator", _pass.Adversary?.Discriminator),
        .. NamedTensors.Prefixed("discriminator_optimizer", _pass.Adversary?.Optimizer.Tensors),
    ];

    /// <summary>One optimizer step. Returns its measurements, or null if it was skipped.</summary>
    /// <exception cref="ArithmeticException">Too many steps in a row were not finite.</exception>
    /// <exception cref="OperationCanceledException">Cancelled, between two batches; the weights are those before the step.</exception>
    public TokenizerStep? Step(IReadOnlyList<MelBatch> batches, int step, CancellationToken cancellation = default)
    {
        if (Gradients(batches, step, cancellation) is not { } losses)
        {
            Optimization.Skip(step, "a mel spectrogram holds NaN or infinity");
            return null;
        }

        if (Optimization.Update(losses.Total, step) is not { } update) return null;
        _pass.Scales?.Step(update.LearningRate);
        if (_pass.Adversary?.Acts(step) == true) _pass.Adversary.Step(step);
        double error = losses.Reconstruction * _pass.Network.Options.LevelsPerUnit;
        return new TokenizerStep(losses, error, update.GradientNorm, update.LearningRate);
    }

    /// <inheritdoc cref="GradientPass.Of"/>
    public StepLosses? Gradients(IReadOnlyList<MelBatch> batches, int step, CancellationToken cancellation) =>
        _workers is not null && batches.All(batch => batch.Mel.shape[0] >= _workers.Count)
            ? _workers.Run(pass => pass.Of([.. batches.Select(batch => batch.Part(RankGroup.Current))], step, _half, cancellation))
            : _pass.Of(batches, step, _half, cancellation);

    public void SaveScalars(Dictionary<string, double> scalars)
    {
        Optimization.SaveScalars(scalars);
        scalars["bfloat16"] = _half ? 1 : 0;
        if (_pass.Scales is not null) scalars["scale_steps"] = _pass.Scales.Steps;
        scalars["discriminator_steps"] = _pass.Adversary?.Optimizer.Steps ?? 0;
    }

    public void RestoreScalars(IReadOnlyDictionary<string, double> scalars)
    {
        Optimization.RestoreScalars(scalars);
        if (_options.Precision == TrainingPrecision.Auto) _half = scalars["bfloat16"] == 1;
        if (_pass.Scales is not null) _pass.Scales.Steps = (int)scalars["scale_steps"];
        if (_pass.Adversary is not null) _pass.Adversary.Optimizer.Steps = (int)scalars["discriminator_steps"];
    }

    /// <inheritdoc cref="GradientPass.NewValidationLoss"/>
    public ValidationLoss NewValidationLoss(Device device) => _pass.NewValidationLoss(device);

    public void Dispose()
    {
        _workers?.Dispose();
        Optimization.Dispose();
        _pass.Dispose();
    }
}
