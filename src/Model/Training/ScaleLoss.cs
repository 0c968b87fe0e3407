using AudioBsq.Networks;
using TorchSharp;
using static AudioBsq.Native.Scalars;
using static TorchSharp.torch;

namespace AudioBsq.Training;

/// <summary>
/// The error of the bands of further windows, which a linear head predicts from the decoder's last features. The head is trained beside the
/// model and thrown away at the end.
/// </summary>
internal sealed class ScaleLoss : IDisposable
{
    private readonly TrainingOptions _options;
    private readonly ScaleHead _head;
    private readonly AdamWOptimizer _optimizer;

    public ScaleLoss(TrainingOptions options, AudioBsqOptions model, int scales, Device device)
    {
        (_options, _head) = (options, new ScaleHead(model, scales));
        _head.to(device);
        var parameters = _head.named_parameters().Select(p => (p.name, p.parameter, p.parameter.dim() >= 2 ? options.WeightDecay : 0));
        _optimizer = new AdamWOptimizer(parameters, options.Beta1, options.Beta2);
    }

    /// <summary>Weights of the head and state of its optimizer, by name.</summary>
    public IEnumerable<(string Name, Tensor Tensor)> Tensors =>
        [.. NamedTensors.Of("scale_head", _head), .. NamedTensors.Prefixed("scale_optimizer", _optimizer.Tensors)];

    /// <summary>Steps of its optimizer so far.</summary>
    public int Steps
    {
        get => _optimizer.Steps;
        set => _optimizer.Steps = value;
    }

    public void ClearGradients() => _optimizer.ClearGradients();

    /// <summary>
    /// The weighted mean absolute error of the head's predictions. <paramref name="target"/> is (batch, frames, bands × further windows);
    /// <paramref name="valid"/> (batch, frames) is true for valid frames, and null when all are.
    /// </summary>
    public Tensor Of(Tensor features, Tensor target, Tensor? valid)
    {
        using var scope = NewDisposeScope();
        return (ReconstructionLoss.Mean(_head.call(features), target, valid) * Scalar(_options.ScaleWeight)).MoveToOuterDisposeScope();
    }

    /// <summary>One optimizer step, unless the gradients are not finite.</summary>
    public void Step(double learningRate)
    {
        if (double.IsFinite(_optimizer.ClipGradients(_options.GradientClip))) _optimizer.Step(learningRate);
    }

    public void Dispose()
    {
        _optimizer.Dispose();
        _head.Dispose();
    }
}
