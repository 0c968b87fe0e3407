using AudioBsq.Training;
using static AudioBsq.Native.Numbers;
using static TorchSharp.torch;

namespace AudioBsq.Vocoding;

/// <summary>Fits a vocoder to batches of crops. One step is one method; loops, batching and reports are elsewhere.</summary>
internal sealed class VocoderTrainer : IDisposable
{
    private static readonly double DecibelsPerNeper = 20 / Math.Log(10);

    private readonly NeuralVocoder _vocoder;
    private readonly VocoderLoss _loss;
    private readonly VocoderAdversary? _adversary;

    public VocoderTrainer(NeuralVocoder vocoder, VocoderTrainingOptions options)
    {
        (_vocoder, _loss) = (vocoder, new VocoderLoss(options, vocoder));
        Optimization = new Optimization(vocoder.Network, options, vocoder.Device);
        if (options.Adversarial is not null) _adversary = new VocoderAdversary(options, vocoder.Mel, vocoder.Device);
    }

    public Optimization Optimization { get; }

    /// <summary>States of the optimizers and the discriminators, by name.</summary>
    public IEnumerable<(string Name, Tensor Tensor)> Tensors => [.. Optimization.Tensors, .. _adversary?.Tensors ?? []];

    /// <summary>One optimizer step; returns what the batch looked like before it, or null when the step had to be skipped.</summary>
    /// <exception cref="ArithmeticException">Too many steps in a row were not finite.</exception>
    public VocoderStep? Step(VocoderBatch batch, int step)
    {
        using var scope = NewDisposeScope();
        Optimization.ClearGradients();
        var (loss, melError, synthesized) = _loss.Of(_vocoder.Network.Predict(batch.Levels, batch.LogMagnitude), batch.Sound);
        bool discriminates = _adversary?.Acts(step) == true;
        if (discriminates) loss = loss.Plus(_adversary!.Loss(synthesized, batch.Sound));
        loss.backward();
        double total = loss.item<float>();
        if (Optimization.Update(total, step) is not { } update) return null;
        double? discriminator = discriminates ? _adversary!.Step(synthesized, batch.Sound) : null;
        return new VocoderStep(total, melError.item<float>() * DecibelsPerNeper, update.GradientNorm, update.LearningRate, discriminator);
    }

    public void SaveScalars(Dictionary<string, double> scalars)
    {
        Optimization.SaveScalars(scalars);
        scalars["discriminator_steps"] = _adversary?.Steps ?? 0;
    }

    public void RestoreScalars(IReadOnlyDictionary<string, double> scalars)
    {
        Optimization.RestoreScalars(scalars);
        if (_adversary is not null) _adversary.Steps = (int)scalars["discriminator_steps"];
    }

    public void Dispose()
    {
        Optimization.Dispose();
        _loss.Dispose();
        _adversary?.Dispose();
    }
}

/// <summary>What one step of a vocoder's training measured; the mel error is in decibels.</summary>
internal sealed record VocoderStep(double Loss, double MelError, double GradientNorm, double LearningRate, double? DiscriminatorLoss)
    : TrainingStep(Loss, GradientNorm, LearningRate, DiscriminatorLoss);
