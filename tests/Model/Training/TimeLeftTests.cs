using AudioBsq.Training;

namespace AudioBsq.Tests.Model.Training;

[WithoutTorch]
public class TimeLeftTests
{
    [Fact]
    public void From_LeavesOutTheFirstStep_OnceThereAreMore()
    {
        var left = new TimeLeft(maxSteps: 100, slowFrom: int.MaxValue, slowness: 1);

        left.Add(0, TimeSpan.FromSeconds(9)); // reads the clips
        Assert.Equal(TimeSpan.FromSeconds(9 * 99), left.From(1));
        left.Add(1, TimeSpan.FromSeconds(1));
        left.Add(2, TimeSpan.FromSeconds(2));

        Assert.Equal(TimeSpan.FromSeconds(1.5 * 97), left.From(3));
        Assert.Equal(TimeSpan.Zero, left.From(100));
    }

    [Fact]
    public void From_KnowsThatADiscriminatorComes()
    {
        var left = new TimeLeft(maxSteps: 100, slowFrom: 40, slowness: 3);
        left.Add(0, TimeSpan.FromSeconds(1));
        left.Add(1, TimeSpan.FromSeconds(1));

        Assert.Equal(TimeSpan.FromSeconds(38 + 60 * 3), left.From(2));
        left.Add(40, TimeSpan.FromSeconds(2)); // from here on it is measured
        Assert.Equal(TimeSpan.FromSeconds(59 * 2), left.From(41));
    }

    [Fact]
    public void From_WorksInARunThatIsResumedAmongSlowSteps()
    {
        var left = new TimeLeft(maxSteps: 100, slowFrom: 40, slowness: 3);
        left.Add(50, TimeSpan.FromSeconds(6));

        Assert.Equal(TimeSpan.FromSeconds(49 * 6), left.From(51));
    }
}
