using static AudioBsq.Native.Numbers;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace AudioBsq.Training;

/// <summary>Absolute errors between mel spectrograms (batch, frames, bands), over real frames alone.</summary>
internal static class ReconstructionLoss
{
    /// <summary>The mean absolute difference. <paramref name="valid"/> (batch, frames) is true for real frames; all are where it is null.</summary>
    public static Tensor Mean(Tensor drawn, Tensor target, Tensor? valid)
    {
        using var scope = NewDisposeScope();
        var error = (drawn - target).abs();
        if (valid is null) return error.mean().MoveToOuterDisposeScope();
        var weight = valid.unsqueeze(-1).to(error.dtype);
        return ((error * weight).sum() / (weight.sum() * Number(error.shape[2]))).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// The mean over n = 1 … <paramref name="resolutions"/> of the mean absolute difference of averages over cells of 2ⁿ frames × 2ⁿ bands.
    /// The average of a cell is over its real numbers, and a cell counts by how many of them it has.
    /// </summary>
    public static Tensor MultiResolution(Tensor drawn, Tensor target, Tensor? valid, int resolutions)
    {
        using var scope = NewDisposeScope();
        var difference = (drawn - target).unsqueeze(1);
        var weight = valid is null ? ones_like(difference) : valid.to(difference.dtype).unsqueeze(1).unsqueeze(-1).expand_as(difference);
        var (sum, count) = (difference * weight, weight);
        var total = zeros([], difference.dtype, difference.device);
        var all = weight.sum();
        for (int n = 1; n <= resolutions; n++)
        {
            // Sums of sums of 2 × 2: an odd last row or column makes a smaller cell.
            (sum, count) = (Halve(sum), Halve(count));
            total = total.Plus(sum.abs().sum() / all);
        }

        return (total / Number(resolutions)).MoveToOuterDisposeScope();
    }

    private static Tensor Halve(Tensor x)
    {
        var even = functional.pad(x, [0, x.shape[3] % 2, 0, x.shape[2] % 2]);
        return functional.avg_pool2d(even, 2) * Number(4);
    }
}
