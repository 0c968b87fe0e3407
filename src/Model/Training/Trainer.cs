using AudioBsq.Native;
using AudioBsq.Networks;
using static TorchSharp.torch;

namespace AudioBsq.Training;

/// <summary>Fits a network to batches of mel spectrograms. One step is one method; loops, batching and reports are elsewhere.</summary>
internal sealed class Trainer : IDisposable
{
    private readonly AudioBsqNetwork _network;
    private readonly TrainingOptions _options;
    private readonly WarmupCosine _learningRate;
    private readonly FallingWeight _codebookWeight;
    private readonly ActivationMemory? _memory;

    public Trainer(AudioBsqNetwork network, TrainingOptions options, Device device)
    {
        (_network, _options) = (network, options);
        Optimizer = new AdamWOptimizer(network.named_parameters().Select(p => (p.name, p.parameter, DecayOf(p.name, p.parameter))), options.Beta1, options.Beta2);
        if (options.Adversarial is not null) Adversary = new Adversary(options, network.Options, device);
        if (options.Ema is { } ema) Ema = new EmaWeights(network, ema.Decay, ema.Device is null ? device : TorchDevice.Resolve(ema.Device));
        _learningRate = new WarmupCosine(options.EffectiveWarmup, options.MaxSteps, end: options.FinalLearningRate);
        _codebookWeight = new FallingWeight(options.CodebookWeight, options.CodebookWarmupFactor, options.EffectiveCodebookWarmup);
        _network.Memory = _memory = MemoryOf(options.Recomputation);
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
        if (!batches.All(batch => batch.Mel.isfinite().all().item<bool>())) return Skip(step); // before batch statistics see it
        _network.train();
        Optimizer.ClearGradients();
        Adversary?.Optimizer.ClearGradients();
        double frames = batches.Sum(batch => batch.Frames);
        var losses = new BatchLosses(0, 0, 0, null);
        for (int i = 0; i < batches.Count; i++)
        {
            random.manual_seed(StepSeed.Of(_options.Seed, step, i));
            double share = batches.Count == 1 ? 1 : batches[i].Frames / frames;
            losses = losses.Plus(Accumulate(batches[i], share, step), share);
        }

        double norm = Optimizer.ClipGradients(_options.GradientClip);
        if (!double.IsFinite(losses.Total) || !double.IsFinite(norm)) return Skip(step);
        SkippedInARow = 0;
        double learningRate = _options.LearningRate * _learningRate.At(step);
        Optimizer.Step(learningRate);
        if (Adversary?.Acts(step) == true) Adversary.Step(step);
        Ema?.Update();
        return new StepResult(losses.Total, losses.Error * _network.Options.LevelsPerUnit, losses.Entropy / Math.Log(2), norm, learningRate, losses.Discriminator);
    }

    public void Dispose()
    {
        _network.Memory = null;
        Optimizer.Dispose();
        Adversary?.Dispose();
        Ema?.Dispose();
    }

    // Forward and backward through one batch: its share of the step's gradients is added.
    private BatchLosses Accumulate(MelBatch batch, double share, int step)
    {
        using var scope = NewDisposeScope();
        var target = _network.Scale(batch.Mel);
        var (drawn, quantized) = Forward(batch, target);
        var error = ReconstructionLoss.Mean(drawn, target, batch.ValidFrames);
        var loss = error;
        if (_options.MultiResolution is { } multi)
            loss += ReconstructionLoss.MultiResolution(drawn, target, batch.ValidFrames, multi.Resolutions) * multi.Weight;
        bool against = Adversary?.Acts(step) == true;
        if (against) loss += Adversary!.ModelLoss(target, drawn, batch.ValidFrames, loss, _network.LastWeight);
        loss += _codebookWeight.At(step) * quantized.Loss;
        (share == 1 ? loss : loss * share).backward();
        _memory?.ThrowIfFailed();
        double? discriminator = against ? Adversary!.Accumulate(target, drawn.detach(), batch.ValidFrames, share, step) : null;
        return new BatchLosses(loss.item<float>(), error.item<float>(), quantized.CodebookEntropy.item<float>(), discriminator);
    }

    private (Tensor Drawn, Quantization.QuantizerOutput Quantized) Forward(MelBatch batch, Tensor target)
    {
        using var type = ComputeType.Use(_options.Precision == TrainingPrecision.BFloat16 ? ScalarType.BFloat16 : null);
        var z = _network.Encode(batch.Masked is null ? target : _network.Scale(batch.Masked), batch.ValidSteps);
        var quantized = _network.Quantizer.Forward(z, ValidPositions(batch));
        return (_network.Decode(quantized.Codes, batch.ValidSteps), quantized);
    }

    private StepResult? Skip(int step)
    {
        Skipped++;
        if (++SkippedInARow == _options.MaxSkippedInARow)
            throw new ArithmeticException($"The loss was not a finite number in {SkippedInARow} steps in a row, the last being step {step}. Lower LearningRate (now {_options.LearningRate}), or look for NaN in the mel column.");
        return null;
    }

    // (batch, steps) → (batch, positions): every patch of a valid step is valid
    private Tensor? ValidPositions(MelBatch batch) => batch.ValidSteps?.repeat_interleave(_network.Options.PatchesPerStep, dim: 1);

    private double DecayOf(string name, Tensor parameter)
    {
        bool matrix = parameter.dim() >= 2 && !name.EndsWith("positional_embedding", StringComparison.Ordinal);
        return matrix || _network.Options.Compatibility.DecayEveryParameter ? _options.WeightDecay : 0;
    }

    private static ActivationMemory? MemoryOf(Recomputation recomputation) => recomputation switch
    {
        Recomputation.Blocks => new BlockMemory(),
        Recomputation.Selective => new SelectiveMemory(),
        _ => null,
    };

    private sealed record BatchLosses(double Total, double Error, double Entropy, double? Discriminator)
    {
        public BatchLosses Plus(BatchLosses other, double share) => new(
            Total + other.Total * share, Error + other.Error * share, Entropy + other.Entropy * share,
            other.Discriminator is { } d ? (Discriminator ?? 0) + d * share : Discriminator);
    }
}

/// <summary>What one training step saw: the loss, the error in level units, the soft code's entropy in bits, the gradient norm, the learning rate and the discriminator's loss.</summary>
internal sealed record StepResult(double Loss, double MeanAbsoluteError, double CodebookEntropy, double GradientNorm, double LearningRate, double? DiscriminatorLoss);
