using AudioBsq.Distributed;
using static AudioBsq.Native.Scalars;
using static TorchSharp.torch;

namespace AudioBsq.Networks;

/// <summary>
/// Batch normalisation in training (Ioffe and Szegedy 2015) by the moments of a batch, and of the batches of all ranks that train together.
/// </summary>
internal static class BatchMoments
{
    public const double Epsilon = 1e-5, Momentum = 0.1;

    /// <summary>
    /// Rows (rows, channels) → the same shape, normalised by the rows whose weight (rows, 1) is 1 and not 0, or by all. Updates the running
    /// statistics, whose variance is unbiased.
    /// </summary>
    public static Tensor Normalize(
        Tensor rows, Tensor? counts, Tensor runningMean, Tensor runningVariance, Tensor weight, Tensor bias)
    {
        var (centred, mean, variance, count) = Of(rows, counts);
        using (no_grad())
        {
            runningMean.mul_(Scalar(1 - Momentum)).add_(mean * Scalar(Momentum), alpha: One);
            var unbiased = variance * (count / (count - One).clamp(min: One));
            runningVariance.mul_(Scalar(1 - Momentum)).add_(unbiased * Scalar(Momentum), alpha: One);
        }

        return (centred * variance.Plus(Scalar(Epsilon)).rsqrt() * weight).Plus(bias);
    }

    // The rows less their mean, the mean (channels), the biased variance (channels), and the number of rows, a scalar.
    private static (Tensor Centred, Tensor Mean, Tensor Variance, Tensor Count) Of(Tensor rows, Tensor? counts)
    {
        var group = RankGroup.Current;
        var count = counts?.sum() ?? full([], Scalar(rows.shape[0]), rows.dtype, rows.device);
        var mean = Weighted(rows, counts).sum(dim: 0) / count.clamp(min: One);
        var centred = rows - mean;
        var squares = Weighted(centred.Square(), counts).sum(dim: 0);
        if (group.Size > 1)
        {
            (count, mean, squares) = Combined(group, count, mean, squares);
            centred = rows - mean;
        }

        count = count.clamp(min: One);
        return (centred, mean, squares / count, count);
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

    private static Tensor Weighted(Tensor rows, Tensor? counts) => counts is null ? rows : rows * counts;
}
