using AudioBsq.Distributed;
using static AudioBsq.Native.Scalars;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace AudioBsq.Training;

/// <summary>
/// The losses between a model and its discriminator. All are scalars in the caller's dispose scope; where ranks train together, they are
/// this rank's part of the loss over all batches.
/// </summary>
internal static class GanLosses
{
    private const double MaxAdaptiveWeight = 1e4;

    /// <summary>The model's loss: high where the discriminator recognizes its reconstructions.</summary>
    public static Tensor Generator(Tensor fake, GanLoss kind)
    {
        using var scope = NewDisposeScope();
        var loss = kind == GanLoss.Hinge ? fake.mean().neg() : fake.neg().Softplus().mean();
        return RankGroup.Current.PartOfMean(loss, fake.numel()).MoveToOuterDisposeScope();
    }

    /// <summary>The discriminator's loss: the mean of its losses on originals and on reconstructions.</summary>
    public static Tensor Discriminator(Tensor real, Tensor fake, GanLoss kind)
    {
        using var scope = NewDisposeScope();
        var loss = kind == GanLoss.Hinge
            ? functional.relu(real.neg().Plus(One)).mean().Plus(functional.relu(fake.Plus(One)).mean())
            : real.neg().Softplus().mean().Plus(fake.Softplus().mean());
        return RankGroup.Current.PartOfMean(loss * Scalar(0.5), fake.numel()).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// The R1 penalty (Mescheder et al. 2018, section 4.1): the mean over the batch of the squared norm of
    /// the gradient of a clip's logits with respect to the clip. Differentiable. <paramref name="real"/>
    /// must be computed from <paramref name="input"/>, which must require gradients.
    /// </summary>
    public static Tensor GradientPenalty(Tensor real, Tensor input)
    {
        using var scope = NewDisposeScope();
        var gradient = autograd.grad([real.sum()], [input], retain_graph: true, create_graph: true)[0];
        var penalty = gradient.Square().sum() / Scalar(input.shape[0]);
        return RankGroup.Current.PartOfMean(penalty, input.shape[0]).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// The ratio of the gradient norms of two losses at the weights of the last layer, from 0 to 10,000 (Esser et al. 2021, section 3.2,
    /// equation 7). Times this weight, the generator's loss has as large a gradient as the reconstruction loss. Both graphs are kept.
    /// </summary>
    public static Tensor AdaptiveWeight(Tensor reconstruction, Tensor generator, Tensor lastLayer)
    {
        using var scope = NewDisposeScope();
        var first = NormOfGradient(reconstruction, lastLayer);
        var second = NormOfGradient(generator, lastLayer);
        return (first / second.Plus(Scalar(1e-4))).clamp(Scalar(0), Scalar(MaxAdaptiveWeight)).detach().MoveToOuterDisposeScope();
    }

    private static Tensor NormOfGradient(Tensor loss, Tensor weights)
    {
        var gradient = autograd.grad([loss], [weights], retain_graph: true)[0].contiguous();
        RankGroup.Current.Sum(gradient);
        return gradient.norm();
    }
}
