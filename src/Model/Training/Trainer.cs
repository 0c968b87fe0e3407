using AudioBsq.Distributed;
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
    private readonly ScaleLoss? _scales;
    private readonly ActivationCheckpointing? _checkpointing;
    private bool _half;

    public Trainer(AudioBsqNetwork network, MelOptions mel, TrainingOptions options, Device device)
    {
        (_network, _options) = (network, options);
        Check.That(
            options.ScaleWeight == 0 || mel.Scales > 1, options.ScaleWeight,
            $"must be 0 where the mel spectrograms have one window; give them {nameof(MelOptions.ExtraWindows)}",
            nameof(TrainingOptions.ScaleWeight));
        int crop = options.CropFrames ?? network.Options.WindowFrames;
        if (options.Envelope is { } envelope) _envelope = new EnvelopeLoss(envelope, mel, crop, device);
        Precision = PrecisionChoice.Of(options.Precision, device);
        _half = Precision.Precision == TrainingPrecision.BFloat16;
        Optimization = new Optimization(network, options, device, Optimization.DecaysIn(network.Options));
        if (options.Adversarial is not null) _adversary = new Adversary(options, network.Options, device);
        if (options.ScaleWeight > 0) _scales = new ScaleLoss(options, network.Options, mel.Scales - 1, device);
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
        .. _scales?.Tensors ?? [],
        .. NamedTensors.Of("discriminator", _adversary?.Discriminator),
        .. NamedTensors.Prefixed("discriminator_optimizer", _adversary?.Optimizer.Tensors),
    ];

    /// <summary>One optimizer step. Returns its measurements, or null if it was skipped.</summary>
    /// <exception cref="ArithmeticException">Too many steps in a row were not finite.</exception>
    /// <exception cref="OperationCanceledException">Cancelled, between two batches; the weights are those before the step.</exception>
    public TokenizerStep? Step(IReadOnlyList<MelBatch> batches, int step, CancellationToken cancellation = default)
    {
        if (Gradients(batches, step, cancellation) is not { } losses) return null;
        if (Optimization.Update(losses.Total, step) is not { } update) return null;
        _scales?.Step(update.LearningRate);
        if (_adversary?.Acts(step) == true) _adversary.Step(step);
        return new TokenizerStep(losses, losses.Reconstruction * _network.Options.LevelsPerUnit, update.GradientNorm, update.LearningRate);
    }

    /// <summary>
    /// The gradients of a step, and its losses; null if it was skipped. Where ranks train together, the losses are those of the whole
    /// batch, and the gradients of the ranks add up to its own.
    /// </summary>
    public StepLosses? Gradients(IReadOnlyList<MelBatch> batches, int step, CancellationToken cancellation)
    {
        using var scope = NewDisposeScope();
        var (isFinite, shares) = StepAgreement.Of(batches);
        if (!isFinite) // before it spoils the batch statistics
        {
            Optimization.Skip(step, "a mel spectrogram holds NaN or infinity");
            return null;
        }

        _network.train();
        if (_options.Frozen != FrozenHalf.None) Freeze(_options.FrozenAt(step));
        Optimization.ClearGradients();
        _scales?.ClearGradients();
        _adversary?.Optimizer.ClearGradients();
        var losses = new StepLosses();
        var group = RankGroup.Current;
        for (int i = 0; i < batches.Count; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            random.manual_seed(StepSeed.Of(_options.Seed, step, group.Rank * batches.Count + i));
            group.Gradients.IsLastPass = i == batches.Count - 1;
            losses = losses.Plus(Accumulate(batches[i], shares[i], step), shares[i]);
        }

        return losses;
    }

    public void SaveScalars(Dictionary<string, double> scalars)
    {
        Optimization.SaveScalars(scalars);
        scalars["bfloat16"] = _half ? 1 : 0;
        if (_scales is not null) scalars["scale_steps"] = _scales.Steps;
        scalars["discriminator_steps"] = _adversary?.Optimizer.Steps ?? 0;
    }

    public void RestoreScalars(IReadOnlyDictionary<string, double> scalars)
    {
        Optimization.RestoreScalars(scalars);
        if (_options.Precision == TrainingPrecision.Auto) _half = scalars["bfloat16"] == 1;
        if (_scales is not null) _scales.Steps = (int)scalars["scale_steps"];
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
        _scales?.Dispose();
    }

    /// <summary>A loss to validate by.</summary>
    public ValidationLoss NewValidationLoss(Device device) => new(_envelope, _options.Envelope?.Weight ?? 0, _network.Options, device);

    // Levels are clamped, since a sound far too loud in one band would drown all others.
    private Tensor Envelope(Tensor reconstructed, MelBatch batch) =>
        _envelope!.Of(_network.Unscale(reconstructed, clamp: true), Main(batch.Mel), batch.ValidFrames) * Scalar(_options.Envelope!.Weight);

    private void Freeze(FrozenHalf half)
    {
        _network.Freeze(ModelParts.Encoder, half == FrozenHalf.Encoder);
        _network.Freeze(ModelParts.Decoder, half == FrozenHalf.Decoder);
    }

    // The forward and backward pass of one batch, whose gradients are multiplied by its share of the step.
    private StepLosses Accumulate(MelBatch batch, double share, int step)
    {
        using var scope = NewDisposeScope();
        var scales = _network.Scale(batch.Mel);
        var target = Main(scales);
        var (reconstructed, features, quantized) = Forward(batch, scales);
        var error = ReconstructionLoss.Mean(reconstructed, target, batch.ValidFrames);
        var loss = error;
        var multiResolution = _options.MultiResolution is { } multi
            ? ReconstructionLoss.MultiResolution(reconstructed, target, batch.ValidFrames, multi.Resolutions) * Scalar(multi.Weight)
            : null;
        if (multiResolution is not null) loss = loss.Plus(multiResolution);
        var envelope = _envelope is null ? null : Envelope(reconstructed, batch);
        if (envelope is not null) loss = loss.Plus(envelope);
        var scaleError = _scales?.Of(features, Extra(scales), batch.ValidFrames);
        if (scaleError is not null) loss = loss.Plus(scaleError);
        bool adversarialStep = _adversary?.Acts(step) == true;
        var (adversarial, real, fake) = adversarialStep
            ? _adversary!.ModelLoss(target, reconstructed, batch.ValidFrames, loss, _network.LastWeight)
            : ((Tensor?)null, null, null);
        if (adversarial is not null) loss = loss.Plus(adversarial);
        double weight = _codebookWeight.At(step);
        loss = loss.Plus(quantized.Loss * Scalar(weight));
        (share == 1 ? loss : loss * Scalar(share)).backward();
        _checkpointing?.ThrowIfFailed();
        LinearProduct.ThrowIfFailed();
        double? discriminator = adversarialStep ? _adversary!.Accumulate(target, real!, fake!, share, step) : null;
        return StepLosses.Of(loss, error, quantized, weight, multiResolution, envelope, scaleError, adversarial, discriminator);
    }

    private (Tensor Reconstructed, Tensor Features, Quantization.QuantizerOutput Quantized) Forward(MelBatch batch, Tensor scales)
    {
        using var type = ComputeType.Use(_half ? ScalarType.BFloat16 : null);
        var input = First(batch.Masked is null ? scales : _network.Scale(batch.Masked), _network.Options.FrameValues);
        var z = _network.Encode(input, batch.ValidSteps);
        var quantized = _network.Quantizer.Forward(z, ValidPositions(batch));
        var (reconstructed, features) = _network.DecodeWithFeatures(quantized.Codes, batch.ValidSteps);
        return (reconstructed, features, quantized);
    }

    // (batch, frames, values) → the bands of the main window
    private Tensor Main(Tensor mel) => First(mel, _network.Options.Bands);

    // (batch, frames, values) → the bands of all other windows
    private Tensor Extra(Tensor mel) => mel.narrow(2, _network.Options.Bands, mel.shape[2] - _network.Options.Bands);

    private static Tensor First(Tensor mel, int values) => mel.shape[2] == values ? mel : mel.narrow(2, 0, values);

    // (batch, steps) → (batch, positions): every patch of a valid step is valid
    private Tensor? ValidPositions(MelBatch batch) => batch.ValidSteps?.repeat_interleave(_network.Options.PatchesPerStep, dim: 1);
}
