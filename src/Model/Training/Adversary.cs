using AudioBsq.Distributed;
using AudioBsq.Networks;
using TorchSharp;
using static AudioBsq.Native.Scalars;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace AudioBsq.Training;

/// <summary>The discriminator and its training. Mel spectrograms here are (batch, frames, bands) in network units.</summary>
internal sealed class Adversary : IDisposable
{
    private readonly AdversarialOptions _options;
    private readonly TrainingOptions _training;
    private readonly WarmupCosine _learningRate;
    private readonly double _silence;

    public Adversary(TrainingOptions training, AudioBsqOptions model, Device device)
    {
        (_training, _options) = (training, training.Adversarial!);
        _options.Validate(model);
        Discriminator = new PatchDiscriminator(_options.Layers, _options.Width);
        Discriminator.to(device);
        var parameters = Discriminator.named_parameters()
            .Select(p => (p.name, p.parameter, p.parameter.dim() >= 2 ? training.WeightDecay : 0));
        Optimizer = new AdamWOptimizer(parameters, training.Beta1, training.Beta2);
        _learningRate = new WarmupCosine(_options.WarmupSteps, training.MaxSteps - _options.StartStep, end: training.FinalLearningRate);
        _silence = model.Compatibility.UnscaledInput ? model.MinLevel : -1;
    }

    public PatchDiscriminator Discriminator { get; }

    public AdamWOptimizer Optimizer { get; }

    public bool Acts(int step) => step >= _options.StartStep;

    /// <summary>
    /// The model's weighted adversarial loss, and the logits that <see cref="Accumulate"/> takes: one pass through the discriminator serves
    /// both. The loss has the gradient of the reconstruction in it, so its backward pass does not enter the discriminator.
    /// </summary>
    /// <param name="target">The originals.</param>
    /// <param name="reconstructed">The model's reconstructions.</param>
    /// <param name="valid">(batch, frames), true for valid frames; null when all are.</param>
    /// <param name="error">The model's other loss.</param>
    /// <param name="lastLayer">The model's last weights.</param>
    /// <param name="half">Whether the discriminator's convolutions are in bfloat16.</param>
    public (Tensor Loss, Tensor Real, Tensor Fake) ModelLoss(
        Tensor target, Tensor reconstructed, Tensor? valid, Tensor error, Tensor lastLayer, bool half = false)
    {
        using var scope = NewDisposeScope();
        (target, reconstructed, valid) = (Seen(target), Seen(reconstructed), valid is null ? null : Seen(valid));
        var input = reconstructed.detach().requires_grad_();
        var (real, fake) = Discriminate(target, WithoutPadding(input, target, valid), half);
        var loss = GanLosses.Generator(fake, _options.Loss);
        var gradient = autograd.grad([loss], [input], retain_graph: true)[0];
        var carrier = (reconstructed * gradient).sum();
        var weight = _options.Adaptive
            ? GanLosses.AdaptiveWeight(error, carrier, lastLayer) * Scalar(_options.Weight)
            : full([], Scalar(_options.Weight), loss.dtype, loss.device);
        var total = carrier.Plus((loss - carrier).detach()) * weight;
        return (total.MoveToOuterDisposeScope(), real.MoveToOuterDisposeScope(), fake.MoveToOuterDisposeScope());
    }

    /// <summary>
    /// Adds the gradients of the discriminator's loss on a batch, times <paramref name="share"/>. Returns the loss without the penalty.
    /// </summary>
    /// <param name="target">The originals, for the penalty.</param>
    /// <param name="real">The originals' logits, from <see cref="ModelLoss"/>.</param>
    /// <param name="fake">The reconstructions' logits.</param>
    /// <param name="share">The batch's share of the step.</param>
    /// <param name="step">The step, from 0.</param>
    public double Accumulate(Tensor target, Tensor real, Tensor fake, double share, int step)
    {
        using var scope = NewDisposeScope();
        var loss = GanLosses.Discriminator(real, fake, _options.Loss);
        var total = loss;
        if (_options.PenaltyWeight > 0 && (step + 1) % _options.PenaltyEvery == 0)
        {
            var input = Seen(target).detach().clone().requires_grad_();
            var penalty = GanLosses.GradientPenalty(Discriminator.call(PadToMinSide(input)), input);
            total = loss.Plus(penalty * Scalar(_options.PenaltyWeight / 2 * _options.PenaltyEvery));
        }

        (total * Scalar(share)).backward(inputs: [.. Discriminator.parameters()]);
        return RankGroup.Current.Sum(loss.item<float>())[0];
    }

    /// <summary>One optimizer step, unless the gradients are not finite.</summary>
    public void Step(int step)
    {
        using var scope = NewDisposeScope();
        if (!double.IsFinite(Optimizer.ClipGradients(_training.GradientClip))) return;
        Optimizer.Step((_options.LearningRate ?? _training.LearningRate) * _learningRate.At(step - _options.StartStep));
    }

    public void Dispose()
    {
        Optimizer.Dispose();
        Discriminator.Dispose();
    }

    // The first clips of a batch, which are random crops.
    private Tensor Seen(Tensor batch) => batch.narrow(0, 0, Math.Max(1, (long)Math.Round(_options.ClipShare * batch.shape[0])));

    // Both in one batch: the discriminator could discriminate them by batch statistics of their own.
    private (Tensor Real, Tensor Fake) Discriminate(Tensor real, Tensor fake, bool half)
    {
        using var type = ComputeType.Use(half ? ScalarType.BFloat16 : null);
        var logits = Discriminator.call(PadToMinSide(cat([real, fake])));
        var halves = logits.chunk(2);
        return (halves[0], halves[1]);
    }

    private static Tensor WithoutPadding(Tensor reconstructed, Tensor target, Tensor? valid) =>
        valid is null ? reconstructed : where(valid.unsqueeze(-1), reconstructed, target);

    private Tensor PadToMinSide(Tensor mel)
    {
        long missing = _options.MinSide - mel.shape[1];
        return missing <= 0 ? mel : functional.pad(mel, [0, 0, 0, missing], value: _silence);
    }
}
