using AudioBsq.Signal;

namespace AudioBsq.Tests.Model.Signal;

[WithoutTorch]
public class SlidingBufferTests
{
    [Theory, InlineData(0), InlineData(5), InlineData(64)]
    public void Values_AreTheLastOnesOfTheSequence(int capacity)
    {
        var random = new Random(capacity);
        var buffer = new SlidingBuffer<int>(capacity);
        var all = new List<int>();
        int dropped = 0;
        for (int round = 0; round < 200; round++)
        {
            int[] added = [.. Enumerable.Range(0, random.Next(12)).Select(_ => random.Next())];
            all.AddRange(added);
            buffer.Add(added);
            dropped = random.Next(dropped, all.Count + 1);
            buffer.DropBefore(dropped);

            Assert.Equal(all[dropped..], buffer.Values.ToArray());
            Assert.Equal(all[dropped..], buffer.Memory.ToArray());
            Assert.Equal((dropped, all.Count), (buffer.Start, buffer.End));
        }
    }

    [Fact]
    public void Capacity_StaysSmall_WhenValuesAreDropped()
    {
        var buffer = new SlidingBuffer<byte>();

        for (int round = 0; round < 1_000; round++)
        {
            buffer.Add([1, 2, 3, 4, 5]);
            buffer.KeepLast(7);
        }

        Assert.InRange(buffer.Capacity, 12, 32);
        Assert.Equal([4, 5, 1, 2, 3, 4, 5], buffer.Values.ToArray());
    }

    [Fact]
    public void AddWhatFits_NeverGrows()
    {
        var buffer = new SlidingBuffer<int>(capacity: 4, spare: 2);

        Assert.Equal(3, buffer.AddWhatFits([0, 1, 2]));
        buffer.DropBefore(2);
        Assert.Equal(3, buffer.AddWhatFits([3, 4, 5, 6]));
        Assert.Equal(0, buffer.AddWhatFits([6]));

        Assert.Equal([2, 3, 4, 5], buffer.Values.ToArray());
        Assert.Equal(4, buffer.Capacity);
        Assert.Equal(5, buffer.From(3).Length); // 3, 4, 5 and two spare elements
    }

    [Fact]
    public void GetSpan_And_Advance_AddInPlace()
    {
        var buffer = new SlidingBuffer<int>(capacity: 2);
        buffer.Add([7]);

        var free = buffer.GetSpan(3);
        (free[0], free[1]) = (8, 9);
        buffer.Advance(2);

        Assert.True(free.Length >= 3);
        Assert.Equal([7, 8, 9], buffer.Values.ToArray());
    }

    [Fact]
    public void Drop_GoesNoFurtherThanTheValues()
    {
        var buffer = new SlidingBuffer<int>();
        buffer.Add([1, 2, 3]);

        buffer.DropBefore(-5);
        Assert.Equal(3, buffer.Count);
        buffer.DropBefore(50);
        Assert.Equal((0, 3L), (buffer.Count, buffer.Start));
        buffer.Clear(10);
        buffer.Add([4]);

        Assert.Equal((10L, 11L), (buffer.Start, buffer.End));
    }
}
