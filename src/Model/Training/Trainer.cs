using AudioBsq.Networks;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace AudioBsq.Training;

/// <summary>Fits a network to batches of mel spectrograms. One step is one method; loops, batching and reports are elsewhere.</summary>
internal sealed class Trainer : IDisposable
{
    private const double Epsilon = 1e-8;
    private const int MostBadStepsInARow = 20;

    private readonly AudioBsqNetwork _network;
    private readonly TrainingOptions _options;
    private readonly AdamW _optimizer;
    private readonly WarmupCosine _learningRate;
    private readonly FallingWeight _codebookWeight;
    private int _badInARow;

    public Trainer(AudioBsqNetwork network, TrainingOptions options)
    {
        (_network, _options) = (network, options);
        _optimizer = Optimizer(network, options);
        _learningRate = new WarmupCosine(options.EffectiveWarmup, options.MaxSteps, end: options.FinalLearningRate);
        _codebookWeight = new FallingWeight(options.CodebookWeight, options.CodebookWarmupFactor, options.EffectiveCodebookWarmup);
    }

    /// <summary>Steps left out because their loss or gradient was not finite.</summary>
    public int Skipped { get; private set; }

    /// <summary>One optimizer step; returns what the batch looked like before it, or null when the step had to be skipped.</summary>
    /// <exception cref="ArithmeticException">Too many steps in a row were not finite.</exception>
    public StepResult? Step(MelBatch batch, int step)
    {
        using var scope = NewDisposeScope();
        _network.train();
        _optimizer.zero_grad();
        var target = _network.Scale(batch.Mel);
        var z = _network.Encode(target, batch.ValidSteps);
        var quantized = _network.Quantizer.Forward(z, ValidPositions(batch));
        var drawn = _network.Decode(quantized.Codes, batch.ValidSteps);

        var error = MaskedMean((drawn - target).abs(), batch.ValidFrames);
        var loss = error + _codebookWeight.At(step) * quantized.Loss;
        loss.backward();
        double norm = nn.utils.clip_grad_norm_(_network.parameters(), _options.GradientClip);
        float value = loss.item<float>();
        if (!float.IsFinite(value) || !double.IsFinite(norm)) return Skip(step);

        _badInARow = 0;
        double learningRate = _options.LearningRate * _learningRate.At(step);
        foreach (var group in _optimizer.ParamGroups) group.LearningRate = learningRate;
        _optimizer.step();
        double levelsPerUnit = _network.Options.LevelsPerUnit;
        return new StepResult(value, error.item<float>() * levelsPerUnit, quantized.CodebookEntropy.item<float>() / Math.Log(2), norm, learningRate);
    }

    public void Dispose() => _optimizer.Dispose();

    private StepResult? Skip(int step)
    {
        Skipped++;
        if (++_badInARow == MostBadStepsInARow)
            throw new ArithmeticException($"The loss was not a finite number in {_badInARow} steps in a row, the last being step {step}. Lower LearningRate (now {_options.LearningRate}), or look for NaN in the mel column.");
        return null;
    }

    // (batch, steps) → (batch, positions): every patch of a valid step is valid
    private Tensor? ValidPositions(MelBatch batch) => batch.ValidSteps?.repeat_interleave(_network.Options.PatchesPerStep, dim: 1);

    // (batch, frames, bands) → mean over the real frames
    private static Tensor MaskedMean(Tensor x, Tensor? validFrames)
    {
        if (validFrames is null) return x.mean();
        var weight = validFrames.unsqueeze(-1).to(x.dtype);
        return (x * weight).sum() / (weight.sum() * x.shape[2]);
    }

    private static AdamW Optimizer(AudioBsqNetwork network, TrainingOptions options)
    {
        bool Decays(string name, Tensor parameter) =>
            network.Options.Compatibility.DecayEveryParameter || (parameter.dim() >= 2 && !name.EndsWith("positional_embedding", StringComparison.Ordinal));

        var parameters = network.named_parameters().ToLookup(p => Decays(p.name, p.parameter), p => p.parameter);
        var groups = parameters.Select(group => new AdamW.ParamGroup(group, new AdamW.Options
        {
            LearningRate = options.LearningRate,
            beta1 = options.Beta1,
            beta2 = options.Beta2,
            eps = Epsilon,
            weight_decay = group.Key ? options.WeightDecay : 0,
        }));
        return optim.AdamW(groups, options.LearningRate, options.Beta1, options.Beta2, Epsilon, options.WeightDecay);
    }
}

/// <summary>What one training step saw: the loss, the error in level units, the soft code's entropy in bits, the gradient norm and the learning rate.</summary>
internal sealed record StepResult(double Loss, double MeanAbsoluteError, double CodebookEntropy, double GradientNorm, double LearningRate);
