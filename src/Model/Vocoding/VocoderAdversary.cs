using AudioBsq.Distributed;
using AudioBsq.Signal;
using AudioBsq.Training;
using TorchSharp;
using static AudioBsq.Native.Scalars;
using static TorchSharp.torch;

namespace AudioBsq.Vocoding;

/// <summary>The discriminators of a vocoder and their training. Waveforms here are (crops, samples).</summary>
internal sealed class VocoderAdversary : IDisposable
{
    /// <summary>Time of a step with the discriminators in steps without, measured with the default options.</summary>
    public const double Slowness = 3;

    private readonly VocoderAdversarialOptions _options;
    private readonly double _gradientClip;
    private readonly StftResolution[] _resolutions;
    private readonly AdamWOptimizer _optimizer;
    private readonly Scalar _weight, _featureWeight, _share;

    public VocoderAdversary(VocoderTrainingOptions training, MelOptions mel, Device device)
    {
        (_options, _gradientClip, _resolutions) = (training.Adversarial!, training.GradientClip, StftResolution.Three(mel, device));
        Discriminators = [.. _resolutions.Select(_ => new SpectrogramDiscriminator(_options.Width))];
        foreach (var discriminator in Discriminators) discriminator.to(device);
        var parameters = Discriminators.SelectMany((one, i) => one.named_parameters()
            .Select(p => ($"{i}.{p.name}", p.parameter, p.parameter.dim() >= 2 ? training.WeightDecay : 0)));
        _optimizer = new AdamWOptimizer(parameters, training.Beta1, training.Beta2);
        (_weight, _featureWeight, _share) = (Scalar(_options.Weight), Scalar(_options.FeatureWeight), Scalar(1.0 / _resolutions.Length));
    }

    /// <summary>One for each resolution.</summary>
    public IReadOnlyList<SpectrogramDiscriminator> Discriminators { get; }

    /// <summary>Steps of the discriminators' optimizer.</summary>
    public int Steps
    {
        get => _optimizer.Steps;
        set => _optimizer.Steps = value;
    }

    /// <summary>Weights of the discriminators and their optimizer's state, by name.</summary>
    public IEnumerable<(string Name, Tensor Tensor)> Tensors =>
    [
        .. Discriminators.SelectMany((one, i) => NamedTensors.Of($"discriminator.{i}", one)),
        .. NamedTensors.Prefixed("discriminator_optimizer", _optimizer.Tensors),
    ];

    public bool Acts(int step) => step >= _options.StartStep;

    /// <summary>
    /// The vocoder's adversarial loss and feature matching loss, and the discriminators' own: one pass through them serves both. The
    /// vocoder's loss has the gradient of the sound in it, so its backward pass does not enter the discriminators.
    /// </summary>
    public (Tensor Vocoder, Tensor Discriminators) Losses(Tensor synthesized, Tensor sound)
    {
        using var scope = NewDisposeScope();
        var input = synthesized.detach().requires_grad_();
        List<Tensor> vocoder = [], discriminators = [];
        for (int i = 0; i < _resolutions.Length; i++)
        {
            var (fake, fakeFeatures) = Discriminate(i, input);
            var (real, realFeatures) = Discriminate(i, sound);
            vocoder.Add(GanLosses.Generator(fake, GanLoss.Hinge) * _weight);
            var features = stack(fakeFeatures.Zip(realFeatures, (a, b) => (a - b).abs().mean())).mean();
            vocoder.Add(RankGroup.Current.PartOfMean(features, sound.shape[0]) * _featureWeight);
            discriminators.Add(GanLosses.Discriminator(real, fake, GanLoss.Hinge));
        }

        var loss = stack(vocoder).sum() * _share;
        var carrier = (synthesized * autograd.grad([loss], [input], retain_graph: true)[0]).sum();
        var total = carrier.Plus((loss - carrier).detach());
        return (total.MoveToOuterDisposeScope(), stack(discriminators).mean().MoveToOuterDisposeScope());
    }

    /// <summary>Adds the gradients of the discriminators' loss.</summary>
    public void Backward(Tensor loss) => loss.backward(inputs: [.. Discriminators.SelectMany(one => one.parameters())]);

    /// <summary>One step of the discriminators, unless their gradients are not finite.</summary>
    public void Step()
    {
        if (double.IsFinite(_optimizer.ClipGradients(_gradientClip))) _optimizer.Step(_options.LearningRate);
    }

    public void Dispose()
    {
        _optimizer.Dispose();
        foreach (var discriminator in Discriminators) discriminator.Dispose();
        foreach (var resolution in _resolutions) resolution.Dispose();
    }

    // Discriminators get log magnitudes, in which quiet sound has weight too.
    private (Tensor Logits, IReadOnlyList<Tensor> Features) Discriminate(int resolution, Tensor sound)
    {
        var magnitude = _resolutions[resolution].Spectrum(sound).abs().clamp_min(_resolutions[resolution].MinMagnitude).log();
        return Discriminators[resolution].Discriminate(magnitude);
    }
}
