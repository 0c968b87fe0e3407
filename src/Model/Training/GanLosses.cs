using static AudioBsq.Native.Numbers;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace AudioBsq.Training;

/// <summary>The losses between a model and its discriminator. All are scalars in the caller's dispose scope.</summary>
internal static class GanLosses
{
    private const double LargestAdaptiveWeight = 1e4;

    /// <summary>What the model pays for being found out.</summary>
    public static Tensor Generator(Tensor fake, GanLoss kind)
    {
        using var scope = NewDisposeScope();
        var loss = kind == GanLoss.Hinge ? fake.mean().neg() : fake.neg().Softplus().mean();
        return loss.MoveToOuterDisposeScope();
    }

    /// <summary>What the discriminator pays for its mistakes: half of those on real and half of those on reconstructed input.</summary>
    public static Tensor Discriminator(Tensor real, Tensor fake, GanLoss kind)
    {
        using var scope = NewDisposeScope();
        var loss = kind == GanLoss.Hinge
            ? functional.relu(real.neg().Plus(One)).mean().Plus(functional.relu(fake.Plus(One)).mean())
            : real.neg().Softplus().mean().Plus(fake.Softplus().mean());
        return (loss * Number(0.5)).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Mean over the batch of the squared length of the gradient of a clip's logits with respect to the clip (R1; Mescheder et al. 2018,
    /// section 4.1), itself differentiable. <paramref name="input"/> must require a gradient and <paramref name="real"/> come from it.
    /// </summary>
    public static Tensor GradientPenalty(Tensor real, Tensor input)
    {
        using var scope = NewDisposeScope();
        var gradient = autograd.grad([real.sum()], [input], retain_graph: true, create_graph: true)[0];
        return (gradient.Square().sum() / Number(input.shape[0])).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// The ratio of the gradient norms of two losses at the weights of the last layer, from 0 to 10,000 (Esser et al. 2021, section 3.2,
    /// equation 7): with it, the discriminator pulls as hard as the reconstruction. Both graphs are kept.
    /// </summary>
    public static Tensor AdaptiveWeight(Tensor reconstruction, Tensor generator, Tensor lastLayer)
    {
        using var scope = NewDisposeScope();
        var first = autograd.grad([reconstruction], [lastLayer], retain_graph: true)[0].norm();
        var second = autograd.grad([generator], [lastLayer], retain_graph: true)[0].norm();
        return (first / second.Plus(Number(1e-4))).clamp(Number(0), Number(LargestAdaptiveWeight)).detach().MoveToOuterDisposeScope();
    }
}
