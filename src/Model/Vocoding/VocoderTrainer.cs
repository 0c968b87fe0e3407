using AudioBsq.Distributed;
using AudioBsq.Training;
using static TorchSharp.torch;

namespace AudioBsq.Vocoding;

/// <summary>Runs training steps of a vocoder on batches of crops; the loop, batching and reports are elsewhere.</summary>
internal sealed class VocoderTrainer : IDisposable
{
    private static readonly double DecibelsPerNeper = 20 / Math.Log(10);

    private readonly VocoderPass _pass;
    private readonly GradientWorkers<VocoderPass>? _workers;

    public VocoderTrainer(NeuralVocoder vocoder, VocoderTrainingOptions options)
    {
        Optimization = new Optimization(vocoder.Network, options, vocoder.Device);
        _pass = new VocoderPass(vocoder, options);
        int workers = WorkerCount.Of(options, vocoder.Network, vocoder.Device);
        if (workers == 1) return;
        VocoderPass Twin() => new(NeuralVocoder.Create(vocoder.Options, vocoder.Mel, device: "cpu"), options, ownsVocoder: true);
        _workers = new GradientWorkers<VocoderPass>(_pass, Twin, workers);
    }

    public Optimization Optimization { get; }

    /// <summary>States of the optimizers and the discriminators, by name.</summary>
    public IEnumerable<(string Name, Tensor Tensor)> Tensors => [.. Optimization.Tensors, .. _pass.Adversary?.Tensors ?? []];

    /// <summary>One optimizer step. Returns its measurements, or null if it was skipped.</summary>
    /// <exception cref="ArithmeticException">Too many steps in a row were not finite.</exception>
    public VocoderStep? Step(VocoderBatch batch, int step)
    {
        var losses = _workers is not null && batch.Sound.shape[0] >= _workers.Count
            ? _workers.Run(pass => pass.Of(batch.Part(RankGroup.Current), step))
            : _pass.Of(batch, step);
        if (Optimization.Update(losses.Total, step) is not { } update) return null;
        if (losses.Discriminators is not null) _pass.Adversary!.Step();
        return new VocoderStep(
            losses.Total, losses.MelError * DecibelsPerNeper, update.GradientNorm, update.LearningRate, losses.Discriminators);
    }

    public void SaveScalars(Dictionary<string, double> scalars)
    {
        Optimization.SaveScalars(scalars);
        scalars["discriminator_steps"] = _pass.Adversary?.Steps ?? 0;
    }

    public void RestoreScalars(IReadOnlyDictionary<string, double> scalars)
    {
        Optimization.RestoreScalars(scalars);
        if (_pass.Adversary is not null) _pass.Adversary.Steps = (int)scalars["discriminator_steps"];
    }

    public void Dispose()
    {
        _workers?.Dispose();
        Optimization.Dispose();
        _pass.Dispose();
    }
}

/// <summary>The measurements of one step of a vocoder's training; the mel error is in decibels.</summary>
internal sealed record VocoderStep(double Loss, double MelError, double GradientNorm, double LearningRate, double? DiscriminatorLoss)
    : TrainingStep(Loss, GradientNorm, LearningRate, DiscriminatorLoss);
