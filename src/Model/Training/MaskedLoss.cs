using AudioBsq.Distributed;
using static AudioBsq.Native.Scalars;
using static TorchSharp.torch;

namespace AudioBsq.Training;

/// <summary>The loss of masked pre-training: the mean squared error of masked patches (He et al. 2022, section 3).</summary>
internal static class MaskedLoss
{
    private const double Epsilon = 1e-6; // added to the variance of a patch

    /// <summary>
    /// Mean and standard deviation of each patch (batch, positions, values), each (batch, positions, 1).
    /// </summary>
    public static (Tensor Mean, Tensor Deviation) Moments(Tensor patches)
    {
        using var scope = NewDisposeScope();
        var mean = patches.mean([-1], keepdim: true);
        var deviation = (patches - mean).Square().mean([-1], keepdim: true).Plus(Scalar(Epsilon)).sqrt();
        return (mean.MoveToOuterDisposeScope(), deviation.MoveToOuterDisposeScope());
    }

    /// <summary>Patches with mean 0 and variance 1, each by itself.</summary>
    public static Tensor Normalize(Tensor patches)
    {
        using var scope = NewDisposeScope();
        var (mean, deviation) = Moments(patches);
        return ((patches - mean) / deviation).MoveToOuterDisposeScope();
    }

    /// <summary>The error of patches (batch, positions, values) with the weights (batch, positions); 0 where all weights are.</summary>
    public static Tensor Of(Tensor guessed, Tensor target, Tensor weights)
    {
        using var scope = NewDisposeScope();
        var all = weights.sum();
        var error = ((guessed - target).Square().mean([-1]) * weights).sum() / all.clamp(min: One);
        return RankGroup.Current.PartOfMean(error, all).MoveToOuterDisposeScope();
    }
}
