using AudioBsq.Cli.Corpus;

namespace AudioBsq.Tests.Cli.Corpus;

[WithoutTorch]
public class CorpusCutTests
{
    [Theory]
    [InlineData(1, 1), InlineData(1, 8), InlineData(7, 3), InlineData(100, 7), InlineData(1000, 64), InlineData(5, 99)]
    public void Starts_GiveEachClipToOneShard_InRangesOfAboutEqualLength(int clips, int shards)
    {
        var random = new Random(clips + shards);
        double[] seconds = [.. Enumerable.Range(0, clips).Select(_ => Math.Round(random.NextDouble() * 20, 3))];

        int[] starts = CorpusCut.Starts(seconds, shards);

        Assert.Equal((0, clips, shards + 1), (starts[0], starts[^1], starts.Length));
        Assert.Equal(starts.Order(), starts);
        double[] lengths = [.. starts.Zip(starts.Skip(1), (first, end) => seconds[first..end].Sum())];
        Assert.Equal(seconds.Sum(), lengths.Sum(), tolerance: 1e-6);
        Assert.All(lengths, length => Assert.InRange(Math.Abs(length - seconds.Sum() / shards), 0, seconds.Max() + 0.001));
    }

    [Fact]
    public void Starts_FollowTheMiddlesOfClips()
    {
        // Three shards of 4 s each: middles at 1.5, 3.5, 5, 7.5 and 10.5 s.
        Assert.Equal([0, 2, 4, 5], CorpusCut.Starts([3, 1, 2, 3, 3], 3));
    }

    [Fact]
    public void Starts_CountClips_WhereNoneHasALength() => Assert.Equal([0, 2, 4, 6], CorpusCut.Starts([0, 0, 0, 0, 0, 0], 3));

    [Fact]
    public void Starts_LeaveShardsEmpty_WhereThereAreFewerClips()
    {
        int[] starts = CorpusCut.Starts([1, 1], 4);

        Assert.Equal(2, starts.Zip(starts.Skip(1), (first, end) => end - first).Sum());
        Assert.All(starts.Zip(starts.Skip(1), (first, end) => end - first), count => Assert.InRange(count, 0, 1));
    }

    [Fact]
    public void Starts_TakeWildLengths() => Assert.Equal([0, 3], CorpusCut.Starts([double.MaxValue, -5, 1e300], 1));

    [Theory]
    [InlineData("0/1", "00000-of-00001"), InlineData("3/8", "00003-of-00008"), InlineData("99998/99999", "99998-of-99999")]
    public void Shard_IsNamed(string text, string name) => Assert.Equal(name, CorpusShard.Parse(text)!.Value.Name);

    [Theory]
    [InlineData("8/8"), InlineData("-1/8"), InlineData("1"), InlineData("1/2/3"), InlineData("0/0"), InlineData("/8"), InlineData("a/8")]
    [InlineData("0/100000"), InlineData("0 / 8"), InlineData("")]
    public void Shard_OutOfRange_IsNone(string text) => Assert.Null(CorpusShard.Parse(text));
}
