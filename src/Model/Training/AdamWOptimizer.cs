using AudioBsq.Distributed;
using TorchSharp.Modules;
using static AudioBsq.Native.Scalars;
using static TorchSharp.torch;

namespace AudioBsq.Training;

/// <summary>AdamW (Loshchilov and Hutter 2019, algorithm 2) whose state has names, for checkpoints.</summary>
internal sealed class AdamWOptimizer : IDisposable
{
    private const double Epsilon = 1e-8;

    private readonly List<Slot> _slots;
    private readonly double _beta1, _beta2;
    private double _gradientScale = 1;

    /// <param name="parameters">The weights to fit, by name, each with its weight decay.</param>
    /// <param name="beta1">Decay of first moments.</param>
    /// <param name="beta2">Decay of second moments.</param>
    public AdamWOptimizer(IEnumerable<(string Name, Parameter Parameter, double WeightDecay)> parameters, double beta1, double beta2)
    {
        (_beta1, _beta2) = (beta1, beta2);
        using var _ = no_grad();
        _slots = [.. parameters.Select(p => new Slot(p.Name, p.Parameter, Zeros(p.Parameter), Zeros(p.Parameter), p.WeightDecay))];
    }

    /// <summary>Steps so far; the moments' bias correction depends on it.</summary>
    public int Steps { get; set; }

    /// <summary>The moments, under the names of their parameters.</summary>
    public IEnumerable<(string Name, Tensor Tensor)> Tensors =>
        _slots.SelectMany(slot => new[] { ($"{slot.Name}.first", slot.First), ($"{slot.Name}.second", slot.Second) });

    public void ClearGradients() => _slots.Select(slot => slot.Parameter).ClearGradients();

    /// <summary>
    /// Scales all gradients down together in the next step if their norm is above <paramref name="maxNorm"/>; returns the norm. Where ranks
    /// train together, gradients are the sums over all ranks from here on.
    /// </summary>
    public double ClipGradients(double maxNorm)
    {
        RankGroup.Current.Gradients.Finish(_slots.Select(slot => slot.Parameter));
        using var scope = NewDisposeScope();
        Tensor[] gradients = [.. _slots.Select(slot => slot.Parameter.grad).OfType<Tensor>()];
        double sum = gradients.All(OptimizerKernel.Takes)
            ? gradients.Sum(OptimizerKernel.SumOfSquares)
            : stack(Array.ConvertAll(gradients, gradient => gradient.Square().sum())).sum().item<float>(); // one wait for a graphics card
        double norm = Math.Sqrt(sum);
        _gradientScale = Math.Min(1, maxNorm / (norm + 1e-6));
        return norm;
    }

    public void Step(double learningRate)
    {
        using var _ = no_grad();
        Steps++;
        foreach (var slot in _slots)
        {
            using var scope = NewDisposeScope();
            if (slot.Parameter.grad is not { } gradient) continue;
            if (OptimizerKernel.Takes(slot.Parameter)) StepOnProcessor(slot, gradient.contiguous(), learningRate);
            else StepByTorch(slot, gradient * Scalar(_gradientScale), learningRate);
        }

        _gradientScale = 1;
    }

    public void Dispose()
    {
        ClearGradients();
        foreach (var slot in _slots)
        {
            slot.First.Dispose();
            slot.Second.Dispose();
        }
    }

    private double Correction1 => 1 - Math.Pow(_beta1, Steps);

    private double Correction2 => 1 - Math.Pow(_beta2, Steps);

    private void StepOnProcessor(Slot slot, Tensor gradient, double learningRate)
    {
        double keep = 1 - learningRate * slot.WeightDecay;
        var step = new OptimizerKernel.Step(
            (float)_gradientScale, (float)keep, (float)_beta1, (float)(1 - _beta1), (float)_beta2, (float)(1 - _beta2),
            (float)(learningRate / Correction1), (float)Math.Sqrt(Correction2), (float)Epsilon);
        OptimizerKernel.Update(slot.Parameter, gradient, slot.First, slot.Second, step);
    }

    private void StepByTorch(Slot slot, Tensor gradient, double learningRate)
    {
        slot.Parameter.mul_(Scalar(1 - learningRate * slot.WeightDecay));
        slot.First.mul_(Scalar(_beta1)).add_(gradient, alpha: Scalar(1 - _beta1));
        slot.Second.mul_(Scalar(_beta2)).addcmul_(gradient, gradient, value: Scalar(1 - _beta2));
        var deviation = (slot.Second.sqrt() / Scalar(Math.Sqrt(Correction2))).add_(Scalar(Epsilon), alpha: One);
        slot.Parameter.addcdiv_(slot.First, deviation, value: Scalar(-learningRate / Correction1));
    }

    private static Tensor Zeros(Tensor like) => zeros_like(like).DetachFromDisposeScope();

    private sealed record Slot(string Name, Parameter Parameter, Tensor First, Tensor Second, double WeightDecay);
}
