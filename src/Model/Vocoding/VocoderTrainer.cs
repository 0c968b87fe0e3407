using AudioBsq.Training;
using static AudioBsq.Native.Numbers;
using static TorchSharp.torch;

namespace AudioBsq.Vocoding;

/// <summary>Fits a vocoder to batches of crops. One step is one method; loops, batching and reports are elsewhere.</summary>
internal sealed class VocoderTrainer : IDisposable
{
    private static readonly double DecibelsPerNeper = 20 / Math.Log(10);

    private readonly NeuralVocoder _vocoder;
    private readonly VocoderTrainingOptions _options;
    private readonly AdamWOptimizer _optimizer;
    private readonly VocoderLoss _loss;
    private readonly VocoderAdversary? _adversary;
    private readonly WarmupCosine _learningRate;
    private int _skippedInARow;

    public VocoderTrainer(NeuralVocoder vocoder, VocoderTrainingOptions options)
    {
        (_vocoder, _options, _loss) = (vocoder, options, new VocoderLoss(options, vocoder));
        var parameters = vocoder.Network.named_parameters().Select(p => (p.name, p.parameter, p.parameter.dim() >= 2 ? options.WeightDecay : 0));
        _optimizer = new AdamWOptimizer(parameters, options.Beta1, options.Beta2);
        if (options.Adversarial is not null) _adversary = new VocoderAdversary(options, vocoder.Mel, vocoder.Device);
        _learningRate = new WarmupCosine(options.EffectiveWarmup, options.MaxSteps, end: options.FinalLearningRate);
    }

    /// <summary>Steps left out because their loss or gradient was not finite.</summary>
    public int Skipped { get; private set; }

    /// <summary>One optimizer step; returns what the batch looked like before it, or null when the step had to be skipped.</summary>
    /// <exception cref="ArithmeticException">Too many steps in a row were not finite.</exception>
    public VocoderStep? Step(VocoderBatch batch, int step)
    {
        using var scope = NewDisposeScope();
        _optimizer.ClearGradients();
        var (loss, melError, made) = _loss.Of(_vocoder.Network.Predict(batch.Levels, batch.LogMagnitude), batch.Sound);
        bool against = _adversary?.Acts(step) == true;
        if (against) loss = loss.Plus(_adversary!.Loss(made, batch.Sound));
        loss.backward();
        double total = loss.item<float>(), norm = _optimizer.ClipGradients(_options.GradientClip);
        if (!double.IsFinite(total) || !double.IsFinite(norm)) return Skip(step);
        _skippedInARow = 0;
        double learningRate = _options.LearningRate * _learningRate.At(step);
        _optimizer.Step(learningRate);
        double? discriminator = against ? _adversary!.Step(made, batch.Sound) : null;
        return new VocoderStep(total, melError.item<float>() * DecibelsPerNeper, norm, learningRate, discriminator);
    }

    public void Dispose()
    {
        _optimizer.Dispose();
        _loss.Dispose();
        _adversary?.Dispose();
    }

    private VocoderStep? Skip(int step)
    {
        Skipped++;
        if (++_skippedInARow == _options.MaxSkippedInARow)
            throw new ArithmeticException($"The loss was not a finite number in {_skippedInARow} steps in a row, the last being step {step}. Lower LearningRate (now {_options.LearningRate}).");
        return null;
    }
}

/// <summary>What one step saw: the loss, the mel error in decibels, the gradient norm, the learning rate and the discriminators' loss.</summary>
internal sealed record VocoderStep(double Loss, double MelError, double GradientNorm, double LearningRate, double? DiscriminatorLoss);
