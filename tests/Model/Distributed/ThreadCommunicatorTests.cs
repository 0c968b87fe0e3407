using AudioBsq.Distributed;
using static TorchSharp.torch;

namespace AudioBsq.Tests.Model.Distributed;

public sealed class ThreadCommunicatorTests
{
    [Theory]
    [InlineData(2, 1, ScalarType.Float32), InlineData(2, 1001, ScalarType.Float32), InlineData(3, 2, ScalarType.Float64)]
    [InlineData(5, 17, ScalarType.Float64), InlineData(4, 0, ScalarType.Float32)]
    public void Sum_IsThatOfAllThreads(int size, int length, ScalarType type)
    {
        var sums = OnThreads(size, one =>
        {
            using var scope = NewDisposeScope();
            var values = arange(length, dtype: type) * (one.Rank + 1);
            for (int again = 0; again < 3; again++) one.Sum(values);
            return values.to(ScalarType.Float64).data<double>().ToArray();
        });

        double factor = size * (size + 1) / 2 * size * size;
        Assert.All(sums, sum => Assert.Equal(Enumerable.Range(0, length).Select(i => i * factor), sum));
    }

    [Fact]
    public void Sum_TakesSeveralTensorsAtOnce()
    {
        var sums = OnThreads(2, one =>
        {
            using var scope = NewDisposeScope();
            Tensor[] values = [full([3], one.Rank + 1f), full([2, 2], one.Rank + 10.0, dtype: ScalarType.Float64)];
            one.Sum(values);
            return (values[0].data<float>().ToArray(), values[1].data<double>().ToArray());
        });

        Assert.All(sums, sum => Assert.Equal([3f, 3, 3], sum.Item1));
        Assert.All(sums, sum => Assert.Equal([21.0, 21, 21, 21], sum.Item2));
    }

    [Fact]
    public void Broadcast_GivesTheTensorOfTheFirst()
    {
        var given = OnThreads(3, one =>
        {
            using var scope = NewDisposeScope();
            var values = tensor(new[] { one.Rank == 0, one.Rank == 1, true });
            one.Broadcast(values);
            return values.data<bool>().ToArray();
        });

        Assert.All(given, values => Assert.Equal([true, false, true], values));
    }

    [Fact]
    public void Abort_EndsTheWaitOfTheOthers()
    {
        var messages = OnThreads(3, one =>
        {
            using var scope = NewDisposeScope();
            if (one.Rank == 2)
            {
                one.Abort();
                return "";
            }

            return Assert.Throws<IOException>(() => one.Sum(zeros(3))).Message;
        });

        Assert.All(messages[..2], message => Assert.Contains("Another thread", message));
    }

    private static T[] OnThreads<T>(int size, Func<ThreadCommunicator, T> work)
    {
        var connected = ThreadCommunicator.Connect(size);
        Assert.Equal(Enumerable.Range(0, size), connected.Select(one => one.Rank));
        var results = new T[size];
        Thread[] threads = [.. connected.Select(one => new Thread(() => results[one.Rank] = work(one)))];
        foreach (var thread in threads) thread.Start();
        foreach (var thread in threads) thread.Join();
        return results;
    }
}
