using AudioBsq.Distributed;
using static AudioBsq.Native.Scalars;
using static TorchSharp.torch;

namespace AudioBsq.Networks;

/// <summary>Mean and variance of a batch for batch normalisation, over the batches of all ranks that train together.</summary>
internal static class BatchMoments
{
    /// <summary>Moments over the rows (rows, channels) whose weight (rows, 1) is 1 and not 0; over all without weights.</summary>
    /// <returns>
    /// The rows less their mean, the mean (channels), the biased variance (channels), and the number of rows, a scalar.
    /// </returns>
    public static (Tensor Centred, Tensor Mean, Tensor Variance, Tensor Count) Of(Tensor rows, Tensor? weight)
    {
        var group = RankGroup.Current;
        var count = (weight ?? ones([rows.shape[0], 1], rows.dtype, rows.device)).sum();
        if (group.Size > 1) group.Sum(count);
        count = count.clamp(min: One);
        var mean = group.SumWithGradient(Weighted(rows, weight).sum(dim: 0)) / count;
        var centred = rows - mean;
        var variance = group.SumWithGradient(Weighted(centred.Square(), weight).sum(dim: 0)) / count;
        return (centred, mean, variance, count);
    }

    /// <summary>Updates running statistics; the variance is unbiased there.</summary>
    public static void Update(
        Tensor runningMean, Tensor runningVariance, Tensor mean, Tensor variance, Tensor count, double momentum)
    {
        using var _ = no_grad();
        runningMean.mul_(Scalar(1 - momentum)).add_(mean * Scalar(momentum), alpha: One);
        var unbiased = variance * (count / (count - One).clamp(min: One));
        runningVariance.mul_(Scalar(1 - momentum)).add_(unbiased * Scalar(momentum), alpha: One);
    }

    private static Tensor Weighted(Tensor rows, Tensor? weight) => weight is null ? rows : rows * weight;
}
