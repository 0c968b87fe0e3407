using AudioBsq.Distributed;
using static AudioBsq.Native.Scalars;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace AudioBsq.Training;

/// <summary>
/// Absolute errors between mel spectrograms (batch, frames, bands), over valid frames only. Where ranks train together, they are this
/// rank's part of the error over all batches.
/// </summary>
internal static class ReconstructionLoss
{
    /// <summary>
    /// The mean absolute difference. <paramref name="valid"/> (batch, frames) is true for valid frames; all are valid when it is null.
    /// </summary>
    public static Tensor Mean(Tensor reconstructed, Tensor target, Tensor? valid)
    {
        using var scope = NewDisposeScope();
        var error = (reconstructed - target).abs();
        if (valid is null) return RankGroup.Current.PartOfMean(error.mean(), error.numel()).MoveToOuterDisposeScope();
        var weight = valid.unsqueeze(-1).to(error.dtype);
        var values = weight.sum() * Scalar(error.shape[2]);
        return RankGroup.Current.PartOfMean((error * weight).sum() / values, values).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// The mean over n = 1 … <paramref name="resolutions"/> of the mean absolute difference of averages over cells of 2ⁿ frames × 2ⁿ bands.
    /// A cell's average is over its valid values, and its weight is their number.
    /// </summary>
    public static Tensor MultiResolution(Tensor reconstructed, Tensor target, Tensor? valid, int resolutions)
    {
        using var scope = NewDisposeScope();
        var difference = (reconstructed - target).unsqueeze(1);
        var weight = valid is null
            ? ones_like(difference)
            : valid.to(difference.dtype).unsqueeze(1).unsqueeze(-1).expand_as(difference);
        var (sum, count) = (difference * weight, weight);
        var total = zeros([], difference.dtype, difference.device);
        var all = weight.sum();
        for (int n = 1; n <= resolutions; n++)
        {
            // Sums over 2 × 2 sums; an odd last row or column makes a smaller cell.
            (sum, count) = (Halve(sum), Halve(count));
            total = total.Plus(sum.abs().sum() / all);
        }

        return RankGroup.Current.PartOfMean(total / Scalar(resolutions), all).MoveToOuterDisposeScope();
    }

    private static Tensor Halve(Tensor x)
    {
        var even = functional.pad(x, [0, x.shape[3] % 2, 0, x.shape[2] % 2]);
        return functional.avg_pool2d(even, 2) * Scalar(4);
    }
}
