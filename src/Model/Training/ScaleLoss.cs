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
    private readonly AdamWOptimizer _optimizer;

    public ScaleLoss(TrainingOptions options, AudioBsqOptions model, int scales, Device device)
    {
        (_options, Head) = (options, new ScaleHead(model, scales));
        Head.to(device);
        var parameters = Head.named_parameters().Select(p => (p.name, p.parameter, p.parameter.dim() >= 2 ? options.WeightDecay : 0));
        _optimizer = new AdamWOptimizer(parameters, options.Beta1, options.Beta2);
    }

    public ScaleHead Head { get; }

    /// <summary>Weights of the head and state of its optimizer, by name.</summary>
    public IEnumerable<(string Name, Tensor Tensor)> Tensors =>
        [.. NamedTensors.Of("scale_head", Head), .. NamedTensors.Prefixed("scale_optimizer", _optimizer.Tensors)];

    /// <summary>Steps of its optimizer so far.</summary>
    public int Steps
    {
        get => _optimizer.Steps;
        set => _optimizer.Steps = value;
    }

    /// <summary>
    /// The weighted mean absolute error of the head's predictions. <paramref name="target"/> is (batch, frames, bands × further windows);
    /// <paramref name="valid"/> (batch, frames) is true for valid frames, and null when all are.
    /// </summary>
    public Tensor Of(Tensor features, Tensor target, Tensor? valid)
    {
        using var scope = NewDisposeScope();
        return (ReconstructionLoss.Mean(Head.call(features), target, valid) * Scalar(_options.ScaleWeight)).MoveToOuterDisposeScope();
    }

    /// <summary>One optimizer step, unless the gradients are not finite.</summary>
    public void Step(double learningRate)
    {
        if (double.IsFinite(_optimizer.ClipGradients(_options.GradientClip))) _optimizer.Step(learningRate);
    }

    public void Dispose()
    {
        _optimizer.Dispose();
        Head.Dispose();
    }
}
