using AudioBsq.Inference;
using AudioBsq.Native;
using AudioBsq.Networks;
using static AudioBsq.Native.Numbers;
using static TorchSharp.torch;

namespace AudioBsq.Training;

/// <summary>Fits a network to batches of mel spectrograms. One step is one method; loops, batching and reports are elsewhere.</summary>
internal sealed class Trainer : IDisposable
{
    private readonly AudioBsqNetwork _network;
    private readonly TrainingOptions _options;
    private readonly WarmupCosine _learningRate;
    private readonly FallingWeight _codebookWeight;
    private readonly ActivationCheckpointing? _checkpointing;

    public Trainer(AudioBsqNetwork network, TrainingOptions options, Device device)
    {
        (_network, _options) = (network, options);
        Optimizer = new AdamWOptimizer(network.named_parameters().Select(p => (p.name, p.parameter, DecayOf(p.name, p.parameter))), options.Beta1, options.Beta2);
        if (options.Adversarial is not null) Adversary = new Adversary(options, network.Options, device);
        if (options.Ema is { } ema) Ema = new EmaWeights(network, ema.Decay, ema.Device is null ? device : TorchDevice.Resolve(ema.Device));
        _learningRate = new WarmupCosine(options.EffectiveWarmup, options.MaxSteps, end: options.FinalLearningRate);
        _codebookWeight = new FallingWeight(options.CodebookWeight, options.CodebookWarmupFactor, options.EffectiveCodebookWarmup);
        _network.Checkpointing = _checkpointing = options.ActivationCheckpointing ? new ActivationCheckpointing() : null;
    }

    public AdamWOptimizer Optimizer { get; }

    public Adversary? Adversary { get; }

    public EmaWeights? Ema { get; }

    /// <summary>Steps left out because their loss or gradient was not finite.</summary>
    public int Skipped { get; set; }

    /// <summary>How many of these were the last ones.</summary>
    public int SkippedInARow { get; set; }

    /// <summary>One optimizer step; returns what the batches looked like before it, or null when the step had to be skipped.</summary>
    /// <exception cref="ArithmeticException">Too many steps in a row were not finite.</exception>
    public StepResult? Step(IReadOnlyList<MelBatch> batches, int step)
    {
        using var scope = NewDisposeScope();
        if (!batches.All(batch => batch.Mel.isfinite().all().item<bool>())) return Skip(step, "a mel spectrogram holds NaN or infinity"); // before batch statistics see it
        _network.train();
        Optimizer.ClearGradients();
        Adversary?.Optimizer.ClearGradients();
        double frames = batches.Sum(batch => batch.Frames);
        var losses = new StepLosses();
        for (int i = 0; i < batches.Count; i++)
        {
            random.manual_seed(StepSeed.Of(_options.Seed, step, i));
            double share = batches.Count == 1 ? 1 : batches[i].Frames / frames;
            losses = losses.Plus(Accumulate(batches[i], share, step), share);
        }

        double norm = Optimizer.ClipGradients(_options.GradientClip);
        if (!double.IsFinite(losses.Total) || !double.IsFinite(norm)) return Skip(step, FormattableString.Invariant($"loss {losses.Total}, norm of the gradients {norm}"));
        SkippedInARow = 0;
        double learningRate = _options.LearningRate * _learningRate.At(step);
        Optimizer.Step(learningRate);
        if (Adversary?.Acts(step) == true) Adversary.Step(step);
        Ema?.Update();
        return new StepResult(losses, losses.Reconstruction * _network.Options.LevelsPerUnit, norm, learningRate);
    }

    public void Dispose()
    {
        _network.Checkpointing = null;
        Optimizer.Dispose();
        Adversary?.Dispose();
        Ema?.Dispose();
    }

    // Forward and backward through one batch: its share of the step's gradients is added.
    private StepLosses Accumulate(MelBatch batch, double share, int step)
    {
        using var scope = NewDisposeScope();
        var target = _network.Scale(batch.Mel);
        var (reconstructed, quantized) = Forward(batch, target);
        var error = ReconstructionLoss.Mean(reconstructed, target, batch.ValidFrames);
        var loss = error;
        var multiResolution = _options.MultiResolution is { } multi
            ? ReconstructionLoss.MultiResolution(reconstructed, target, batch.ValidFrames, multi.Resolutions) * Number(multi.Weight)
            : null;
        if (multiResolution is not null) loss = loss.Plus(multiResolution);
        bool against = Adversary?.Acts(step) == true;
        var adversarial = against ? Adversary!.ModelLoss(target, reconstructed, batch.ValidFrames, loss, _network.LastWeight) : null;
        if (adversarial is not null) loss = loss.Plus(adversarial);
        double weight = _codebookWeight.At(step);
        loss = loss.Plus(quantized.Loss * Number(weight));
        (share == 1 ? loss : loss * Number(share)).backward();
        _checkpointing?.ThrowIfFailed();
        double? discriminator = against ? Adversary!.Accumulate(target, reconstructed.detach(), batch.ValidFrames, share, step) : null;
        return StepLosses.Of(loss, error, quantized, weight, multiResolution, adversarial, discriminator);
    }

    private (Tensor Reconstructed, Quantization.QuantizerOutput Quantized) Forward(MelBatch batch, Tensor target)
    {
        using var type = ComputeType.Use(_options.Precision == TrainingPrecision.BFloat16 ? ScalarType.BFloat16 : null);
        var z = _network.Encode(batch.Masked is null ? target : _network.Scale(batch.Masked), batch.ValidSteps);
        var quantized = _network.Quantizer.Forward(z, ValidPositions(batch));
        return (_network.Decode(quantized.Codes, batch.ValidSteps), quantized);
    }

    private StepResult? Skip(int step, string why)
    {
        Skipped++;
        if (++SkippedInARow == _options.MaxSkippedInARow)
        {
            throw new ArithmeticException(FormattableString.Invariant(
                $"The loss was not a finite number in {SkippedInARow} steps in a row, the last being step {step}: {why}. Lower LearningRate (now {_options.LearningRate}), or look for NaN in the mel column."));
        }

        return null;
    }

    // (batch, steps) → (batch, positions): every patch of a valid step is valid
    private Tensor? ValidPositions(MelBatch batch) => batch.ValidSteps?.repeat_interleave(_network.Options.PatchesPerStep, dim: 1);

    private double DecayOf(string name, Tensor parameter)
    {
        bool matrix = parameter.dim() >= 2 && !name.EndsWith("positional_embedding", StringComparison.Ordinal);
        return matrix || _network.Options.Compatibility.DecayEveryParameter ? _options.WeightDecay : 0;
    }
}
