using AudioBsq.Signal;
using AudioBsq.Training;
using TorchSharp;
using static AudioBsq.Native.Numbers;
using static TorchSharp.torch;

namespace AudioBsq.Vocoding;

/// <summary>The discriminators of a vocoder and their training. Sounds are (crops, samples).</summary>
internal sealed class VocoderAdversary : IDisposable
{
    private readonly VocoderAdversarialOptions _options;
    private readonly double _gradientClip;
    private readonly StftResolution[] _resolutions;
    private readonly SpectrogramDiscriminator[] _discriminators;
    private readonly AdamWOptimizer _optimizer;
    private readonly Scalar _weight, _featureWeight, _share;

    public VocoderAdversary(VocoderTrainingOptions training, MelOptions mel, Device device)
    {
        (_options, _gradientClip, _resolutions) = (training.Adversarial!, training.GradientClip, StftResolution.Three(mel, device));
        _discriminators = [.. _resolutions.Select(_ => new SpectrogramDiscriminator(_options.Width))];
        foreach (var discriminator in _discriminators) discriminator.to(device);
        var parameters = _discriminators.SelectMany((one, i) => one.named_parameters().Select(p => ($"{i}.{p.name}", p.parameter, p.parameter.dim() >= 2 ? training.WeightDecay : 0)));
        _optimizer = new AdamWOptimizer(parameters, training.Beta1, training.Beta2);
        (_weight, _featureWeight, _share) = (Number(_options.Weight), Number(_options.FeatureWeight), Number(1.0 / _resolutions.Length));
    }

    /// <summary>Steps of the discriminators' optimizer.</summary>
    public int Steps
    {
        get => _optimizer.Steps;
        set => _optimizer.Steps = value;
    }

    /// <summary>Weights of the discriminators and their optimizer's state, by name.</summary>
    public IEnumerable<(string Name, Tensor Tensor)> Tensors =>
    [
        .. _discriminators.SelectMany((one, i) => NamedTensors.Of($"discriminator.{i}", one)),
        .. NamedTensors.Prefixed("discriminator_optimizer", _optimizer.Tensors),
    ];

    public bool Acts(int step) => step >= _options.StartStep;

    /// <summary>The vocoder's loss for sound that the discriminators tell from the original.</summary>
    public Tensor Loss(Tensor synthesized, Tensor sound)
    {
        using var scope = NewDisposeScope();
        Learn(false); // a gradient for the discriminators' weights would be thrown away
        var terms = new List<Tensor>();
        for (int i = 0; i < _resolutions.Length; i++)
        {
            var (logits, features) = Judge(i, synthesized);
            var (_, wanted) = Judge(i, sound);
            terms.Add(GanLosses.Generator(logits, GanLoss.Hinge) * _weight);
            terms.Add(stack(features.Zip(wanted, (a, b) => (a - b).abs().mean())).mean() * _featureWeight);
        }

        return (stack(terms).sum() * _share).MoveToOuterDisposeScope();
    }

    /// <summary>One step of the discriminators, unless their gradients are not finite; returns their loss before it.</summary>
    public double Step(Tensor synthesized, Tensor sound)
    {
        using var scope = NewDisposeScope();
        Learn(true);
        _optimizer.ClearGradients();
        using var fake = synthesized.detach();
        var loss = stack(Enumerable.Range(0, _resolutions.Length).Select(i => GanLosses.Discriminator(Judge(i, sound).Logits, Judge(i, fake).Logits, GanLoss.Hinge))).mean();
        loss.backward();
        if (double.IsFinite(_optimizer.ClipGradients(_gradientClip))) _optimizer.Step(_options.LearningRate);
        return loss.item<float>();
    }

    public void Dispose()
    {
        _optimizer.Dispose();
        foreach (var discriminator in _discriminators) discriminator.Dispose();
        foreach (var resolution in _resolutions) resolution.Dispose();
    }

    // Of log magnitudes, so that quiet sound counts too.
    private (Tensor Logits, IReadOnlyList<Tensor> Features) Judge(int resolution, Tensor sound)
    {
        var magnitude = _resolutions[resolution].Spectrum(sound).abs().clamp_min(_resolutions[resolution].Least).log();
        return _discriminators[resolution].Judge(magnitude);
    }

    private void Learn(bool learns)
    {
        foreach (var parameter in _discriminators.SelectMany(one => one.parameters())) parameter.requires_grad = learns;
    }
}
