using AudioBsq.Distributed;
using AudioBsq.Networks;
using AudioBsq.Training;
using static AudioBsq.Native.Scalars;
using static TorchSharp.torch;

namespace AudioBsq.Vocoding;

/// <summary>Runs training steps of a vocoder on batches of crops; the loop, batching and reports are elsewhere.</summary>
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

    /// <summary>One optimizer step. Returns its measurements, or null if it was skipped.</summary>
    /// <exception cref="ArithmeticException">Too many steps in a row were not finite.</exception>
    public VocoderStep? Step(VocoderBatch batch, int step)
    {
        using var scope = NewDisposeScope();
        Optimization.ClearGradients();
        RankGroup.Current.Gradients.IsLastPass = true;
        var (loss, melError, synthesized) = _loss.Of(_vocoder.Network.Predict(batch.Levels, batch.LogMagnitude), batch.Sound);
        var (adversarial, discriminators) =
            _adversary?.Acts(step) == true ? _adversary.Losses(synthesized, batch.Sound) : ((Tensor?)null, null);
        if (adversarial is not null) loss = loss.Plus(adversarial);
        loss.backward();
        LinearProduct.ThrowIfFailed();
        double[] sums = RankGroup.Current.Sum(loss.item<float>(), melError.item<float>());
        if (Optimization.Update(sums[0], step) is not { } update) return null;
        double? discriminator = adversarial is not null ? _adversary!.Step(discriminators!) : null;
        return new VocoderStep(sums[0], sums[1] * DecibelsPerNeper, update.GradientNorm, update.LearningRate, discriminator);
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

/// <summary>The measurements of one step of a vocoder's training; the mel error is in decibels.</summary>
internal sealed record VocoderStep(double Loss, double MelError, double GradientNorm, double LearningRate, double? DiscriminatorLoss)
    : TrainingStep(Loss, GradientNorm, LearningRate, DiscriminatorLoss);
