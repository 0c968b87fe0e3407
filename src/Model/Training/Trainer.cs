using AudioBsq.Inference;
using AudioBsq.Native;
using AudioBsq.Networks;
using AudioBsq.Signal;
using static AudioBsq.Native.Scalars;
using static TorchSharp.torch;

namespace AudioBsq.Training;

/// <summary>Runs training steps of a network on batches of mel spectrograms; the loop, batching and reports are elsewhere.</summary>
internal sealed class Trainer : IDisposable
{
    private readonly AudioBsqNetwork _network;
    private readonly TrainingOptions _options;
    private readonly LinearDecay _codebookWeight;
    private readonly Adversary? _adversary;
    private readonly EnvelopeLoss? _envelope;
    private readonly ActivationCheckpointing? _checkpointing;
    private bool _half;

    public Trainer(AudioBsqNetwork network, MelOptions mel, TrainingOptions options, Device device)
    {
        (_network, _options) = (network, options);
        int crop = options.CropFrames ?? network.Options.WindowFrames;
        if (options.Envelope is { } envelope) _envelope = new EnvelopeLoss(envelope, mel, crop, device);
        Precision = PrecisionChoice.Of(options.Precision, device);
        _half = Precision.Precision == TrainingPrecision.BFloat16;
        Optimization = new Optimization(network, options, device, Decays);
        if (options.Adversarial is not null) _adversary = new Adversary(options, network.Options, device);
        _codebookWeight = new LinearDecay(options.CodebookWeight, options.CodebookWarmupFactor, options.EffectiveCodebookWarmup);
        _network.Checkpointing = _checkpointing = options.ActivationCheckpointing ? new ActivationCheckpointing() : null;
    }

    public Optimization Optimization { get; }

    /// <summary>The precision that was chosen at the start, which a checkpoint may overrule.</summary>
    public PrecisionChoice Precision { get; }

    /// <summary>States of the optimizers and the discriminator, by name.</summary>
    public IEnumerable<(string Name, Tensor Tensor)> Tensors =>
    [
        .. Optimization.Tensors,
        .. NamedTensors.Of("discriminator", _adversary?.Discriminator),
        .. NamedTensors.Prefixed("discriminator_optimizer", _adversary?.Optimizer.Tensors),
    ];

    /// <summary>One optimizer step. Returns its measurements, or null if it was skipped.</summary>
    /// <exception cref="ArithmeticException">Too many steps in a row were not finite.</exception>
    /// <exception cref="OperationCanceledException">Cancelled, between two batches; the weights are those before the step.</exception>
    public TokenizerStep? Step(IReadOnlyList<MelBatch> batches, int step, CancellationToken cancellation = default)
    {
        using var scope = NewDisposeScope();
        if (!batches.All(batch => batch.Mel.isfinite().all().item<bool>())) // before it spoils the batch statistics
        {
            Optimization.Skip(step, "a mel spectrogram holds NaN or infinity");
            return null;
        }

        _network.train();
        if (_options.Frozen != FrozenHalf.None) Freeze(_options.FrozenAt(step));
        Optimization.ClearGradients();
        _adversary?.Optimizer.ClearGradients();
        double frames = batches.Sum(batch => batch.Frames);
        var losses = new StepLosses();
        for (int i = 0; i < batches.Count; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            random.manual_seed(StepSeed.Of(_options.Seed, step, i));
            double share = batches.Count == 1 ? 1 : batches[i].Frames / frames;
            losses = losses.Plus(Accumulate(batches[i], share, step), share);
        }

        if (Optimization.Update(losses.Total, step) is not { } update) return null;
        if (_adversary?.Acts(step) == true) _adversary.Step(step);
        return new TokenizerStep(losses, losses.Reconstruction * _network.Options.LevelsPerUnit, update.GradientNorm, update.LearningRate);
    }

    public void SaveScalars(Dictionary<string, double> scalars)
    {
        Optimization.SaveScalars(scalars);
        scalars["bfloat16"] = _half ? 1 : 0;
        scalars["discriminator_steps"] = _adversary?.Optimizer.Steps ?? 0;
    }

    public void RestoreScalars(IReadOnlyDictionary<string, double> scalars)
    {
        Optimization.RestoreScalars(scalars);
        if (_options.Precision == TrainingPrecision.Auto) _half = scalars["bfloat16"] == 1;
        if (_adversary is not null) _adversary.Optimizer.Steps = (int)scalars["discriminator_steps"];
    }

    public void Dispose()
    {
        _network.Checkpointing = null;
        Freeze(FrozenHalf.None);
        _network.eval();
        Optimization.Dispose();
        _adversary?.Dispose();
        _envelope?.Dispose();
    }

    // Levels are clamped, since a sound far too loud in one band would drown all others.
    private Tensor Envelope(Tensor reconstructed, MelBatch batch) =>
        _envelope!.Of(_network.Unscale(reconstructed, clamp: true), batch.Mel, batch.ValidFrames) * Scalar(_options.Envelope!.Weight);

    private void Freeze(FrozenHalf half)
    {
        _network.Freeze(ModelParts.Encoder, half == FrozenHalf.Encoder);
        _network.Freeze(ModelParts.Decoder, half == FrozenHalf.Decoder);
    }

    // The forward and backward pass of one batch, whose gradients are multiplied by its share of the step.
    private StepLosses Accumulate(MelBatch batch, double share, int step)
    {
        using var scope = NewDisposeScope();
        var target = _network.Scale(batch.Mel);
        var (reconstructed, quantized) = Forward(batch, target);
        var error = ReconstructionLoss.Mean(reconstructed, target, batch.ValidFrames);
        var loss = error;
        var multiResolution = _options.MultiResolution is { } multi
            ? ReconstructionLoss.MultiResolution(reconstructed, target, batch.ValidFrames, multi.Resolutions) * Scalar(multi.Weight)
            : null;
        if (multiResolution is not null) loss = loss.Plus(multiResolution);
        var envelope = _envelope is null ? null : Envelope(reconstructed, batch);
        if (envelope is not null) loss = loss.Plus(envelope);
        bool adversarialStep = _adversary?.Acts(step) == true;
        var (adversarial, real, fake) = adversarialStep
            ? _adversary!.ModelLoss(target, reconstructed, batch.ValidFrames, loss, _network.LastWeight)
            : ((Tensor?)null, null, null);
        if (adversarial is not null) loss = loss.Plus(adversarial);
        double weight = _codebookWeight.At(step);
        loss = loss.Plus(quantized.Loss * Scalar(weight));
        (share == 1 ? loss : loss * Scalar(share)).backward();
        _checkpointing?.ThrowIfFailed();
        double? discriminator = adversarialStep ? _adversary!.Accumulate(target, real!, fake!, share, step) : null;
        return StepLosses.Of(loss, error, quantized, weight, multiResolution, envelope, adversarial, discriminator);
    }

    private (Tensor Reconstructed, Quantization.QuantizerOutput Quantized) Forward(MelBatch batch, Tensor target)
    {
        using var type = ComputeType.Use(_half ? ScalarType.BFloat16 : null);
        var z = _network.Encode(batch.Masked is null ? target : _network.Scale(batch.Masked), batch.ValidSteps);
        var quantized = _network.Quantizer.Forward(z, ValidPositions(batch));
        return (_network.Decode(quantized.Codes, batch.ValidSteps), quantized);
    }

    // (batch, steps) → (batch, positions): every patch of a valid step is valid
    private Tensor? ValidPositions(MelBatch batch) => batch.ValidSteps?.repeat_interleave(_network.Options.PatchesPerStep, dim: 1);

    private bool Decays(string name, Tensor parameter)
    {
        bool matrix = parameter.dim() >= 2 && !name.EndsWith("positional_embedding", StringComparison.Ordinal);
        return matrix || _network.Options.Compatibility.DecayEveryParameter;
    }
}
