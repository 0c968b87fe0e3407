using AudioBsq.Distributed;
using AudioBsq.Networks;
using static TorchSharp.torch;

namespace AudioBsq.Tests.Model.Distributed;

[NoTensorLeaks]
public class BatchMomentsTests
{
    [Theory]
    [InlineData(2), InlineData(3)]
    public void ChannelNorm_OfRanksIsThatOfOneProcess(int size)
    {
        var alone = Ranks.Run(1, Normalize).Single();

        var ranks = Ranks.Run(size, Normalize);

        Close.To(alone.Values, ranks.SelectMany(rank => rank.Values).ToArray(), 3e-5);
        Close.To(alone.Gradient, ranks.SelectMany(rank => rank.Gradient).ToArray(), 3e-5);
        Assert.All(ranks, rank => Close.To(alone.Running, rank.Running, 1e-6));
    }

    private static (float[] Values, float[] Gradient, float[] Running) Normalize(RankGroup group)
    {
        using var scope = NewDisposeScope();
        using var norm = new ChannelNorm(3, deviation: 0);
        norm.train();
        var (start, count) = group.PartOf(6);
        var random = new Random(3);
        float[] all = [.. Enumerable.Range(0, 6 * 3 * 4 * 5).Select(_ => random.NextSingle())];
        var x = tensor(all, [6, 3, 4, 5]).narrow(0, start, count).clone().requires_grad_();
        var y = norm.call(x);
        var gradient = autograd.grad([(y * y * y).sum()], [x])[0];
        group.ThrowIfFailed();
        return (Floats(y), Floats(gradient), [.. Floats(norm.get_buffer("running_mean")!), .. Floats(norm.get_buffer("running_var")!)]);
    }

    private static float[] Floats(Tensor tensor) => tensor.detach().contiguous().data<float>().ToArray();
}
