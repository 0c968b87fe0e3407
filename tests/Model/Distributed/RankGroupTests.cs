using AudioBsq.Distributed;
using static TorchSharp.torch;

namespace AudioBsq.Tests.Model.Distributed;

public class RankGroupTests
{
    [Theory]
    [InlineData(1, 5), InlineData(2, 5), InlineData(4, 5), InlineData(5, 5), InlineData(3, 8)]
    public void PartOf_GivesEveryThingToOneRank(int size, int count)
    {
        var parts = Ranks.Run(size, group => group.PartOf(count));
        int[] dealt = [.. parts.SelectMany(part => Enumerable.Range(part.Start, part.Count))];

        Assert.Equal(Enumerable.Range(0, count), dealt);
    }

    [Fact]
    public void PartOfMean_AddsUpToTheMeanOfAll()
    {
        float[][] values = [[1, 2, 3], [10], []];

        double[] parts = Ranks.Run(3, group =>
        {
            using var scope = NewDisposeScope();
            float[] own = values[group.Rank];
            var mean = tensor(own.Length == 0 ? 0f : own.Average());
            return (double)group.PartOfMean(mean, own.Length).item<float>();
        });

        Close.To(values.SelectMany(own => own).Average(), parts.Sum(), 1e-6);
    }

    [Fact]
    public void SumWithGradient_HasTheGradientOfTheSumOfAllLosses()
    {
        // loss of rank r = (r + 1)·Σ y², y = Σ x
        var results = Ranks.Run(2, group =>
        {
            using var scope = NewDisposeScope();
            var x = tensor(new[] { 1f + group.Rank, 2f }).requires_grad_();
            var y = group.SumWithGradient(x);
            ((y * y).sum() * (group.Rank + 1f)).backward();
            group.ThrowIfFailed();
            return (Sum: y.data<float>().ToArray(), Gradient: x.grad!.data<float>().ToArray());
        });

        Assert.All(results, own => Assert.Equal([3f, 4], own.Sum));
        Assert.All(results, own => Assert.Equal([18f, 24], own.Gradient)); // (1 + 2)·2y
    }

    [Fact]
    public void Gather_GivesAllNumbersInTheOrderOfRanks()
    {
        long[][] gathered = Ranks.Run(3, group => group.Gather([.. Enumerable.Repeat(10L + group.Rank, group.Rank)]));

        Assert.All(gathered, all => Assert.Equal([11L, 12, 12], all));
    }

    [Fact]
    public void Broadcast_GivesTheTextOfRank0()
    {
        string[] texts = Ranks.Run(3, group => group.Broadcast(group.IsFirst ? "größer als 0" : $"of rank {group.Rank}"));

        Assert.All(texts, text => Assert.Equal("größer als 0", text));
    }

    [Fact]
    public void ThrowIfCancelled_StopsAllRanks_WhenOneIsCancelled()
    {
        bool[] stopped = Ranks.Run(3, group =>
        {
            group.ThrowIfCancelled(default);
            try
            {
                group.ThrowIfCancelled(new CancellationToken(group.Rank == 2));
                return false;
            }
            catch (OperationCanceledException)
            {
                return true;
            }
        });

        Assert.Equal([true, true, true], stopped);
    }

    [Fact]
    public void Use_IsOfOneThreadAndEnds()
    {
        using var group = new RankGroup(new LocalCommunicator());

        using (group.Use())
        {
            Assert.Same(group, RankGroup.Current);
            var other = new Thread(() => Assert.Same(RankGroup.Alone, RankGroup.Current));
            other.Start();
            other.Join();
        }

        Assert.Same(RankGroup.Alone, RankGroup.Current);
    }

    [Fact]
    public void Join_IsAJobOfOne_WhereNoLauncherStartedTheProcess()
    {
        using var job = TrainingJob.Join("cpu");

        Assert.Equal((0, 1, true, "cpu"), (job.Rank, job.Size, job.IsFirst, job.Device));
        Assert.Equal(Environment.ProcessorCount, job.Threads);
    }
}
