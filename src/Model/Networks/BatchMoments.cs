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
        var mean = Weighted(rows, weight).sum(dim: 0) / count.clamp(min: One);
        var centred = rows - mean;
        var squares = Weighted(centred.Square(), weight).sum(dim: 0);
        if (group.Size > 1)
        {
            (count, mean, squares) = Combined(group, count, mean, squares);
            centred = rows - mean;
        }

        count = count.clamp(min: One);
        return (centred, mean, squares / count, count);
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

    // From the moments of each rank those of all, in one exchange (Chan, Golub and LeVeque 1983, "Algorithms for Computing the Sample
    // Variance", equation 2.1).
    private static (Tensor Count, Tensor Mean, Tensor Squares) Combined(RankGroup group, Tensor count, Tensor mean, Tensor squares)
    {
        var own = cat([count.reshape(1), mean, squares]);
        var none = zeros_like(own);
        var all = group.SumWithGradient(stack([.. Enumerable.Range(0, group.Size).Select(rank => rank == group.Rank ? own : none)]));
        long channels = mean.shape[0];
        var (counts, means, squaresOfAll) = (all.narrow(1, 0, 1), all.narrow(1, 1, channels), all.narrow(1, 1 + channels, channels));
        var sum = counts.sum();
        var total = (counts * means).sum(dim: 0) / sum.clamp(min: One);
        return (sum, total, squaresOfAll.Plus((means - total).Square() * counts).sum(dim: 0));
    }

    private static Tensor Weighted(Tensor rows, Tensor? weight) => weight is null ? rows : rows * weight;
}
