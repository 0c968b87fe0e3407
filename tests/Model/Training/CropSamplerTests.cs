using AudioBsq.Training;

namespace AudioBsq.Tests.Model.Training;

[WithoutTorch]
public class CropSamplerTests
{
    private const int Bands = 2;

    [Fact]
    public void Crops_AreTheSameForTheSameSeed()
    {
        var clips = Clips(50, 7, 3, 120);

        Assert.Equal(First(20, clips, seed: 5), First(20, clips, seed: 5));
        Assert.NotEqual(First(20, clips, seed: 5), First(20, clips, seed: 6));
    }

    [Fact]
    public void Crops_ComeFromEachClipInProportionToItsLength()
    {
        var clips = Clips(100, 10, 4); // crops of 10: ten, one and one in a pass

        var pass = First(12, clips, seed: 1);

        Assert.Equal(10, pass.Count(crop => crop[0] < 1000));
        Assert.Equal(1, pass.Count(crop => crop[0] is >= 1000 and < 2000));
        Assert.Equal(4 * Bands, pass.Single(crop => crop[0] >= 2000).Length);
    }

    [Fact]
    public void Crops_AreLouder_WithMoreCandidates()
    {
        var rising = Clips(200); // its mean level rises with its start
        double MeanStart(int candidates) => new CropSampler(_ => rising, Bands, cropFrames: 10, seed: 4, candidates).Crops()
            .Take(400).Average(crop => crop[0]);

        double[] starts = [MeanStart(1), MeanStart(2), MeanStart(4)];

        // The expected highest of n uniform numbers is n / (n + 1).
        Close.To(190.0 * Bands / 2, starts[0], 25);
        Close.To(190.0 * Bands * 2 / 3, starts[1], 25);
        Close.To(190.0 * Bands * 4 / 5, starts[2], 25);
    }

    [Fact]
    public void Crops_AreWholeFramesInARow()
    {
        foreach (float[] crop in First(40, Clips(33, 64), seed: 2))
        {
            Assert.Equal(10 * Bands, crop.Length);
            Assert.Equal(0, (int)crop[0] % Bands);
            Assert.All(crop.Zip(crop.Skip(1)), pair => Assert.Equal(pair.First + 1, pair.Second));
        }
    }

    [Fact]
    public void Crops_CanBeginAnywhere()
    {
        var clips = Clips(50, 7, 3, 120, 33);
        var sampler = new CropSampler(_ => clips, Bands, cropFrames: 10, seed: 5);
        var all = new List<(float[] Crop, SamplerPosition Behind)>();
        foreach (float[] crop in sampler.Crops().Take(70)) all.Add((crop, sampler.Position));

        foreach (int n in (int[])[0, 1, 20, 21, 22, 23, 45, 60])
        {
            var rest = new CropSampler(_ => clips, Bands, cropFrames: 10, seed: 5).Crops(all[n].Behind).Take(69 - n);
            Assert.Equal(all.Skip(n + 1).Select(entry => entry.Crop), rest);
        }
    }

    [Fact]
    public void Crops_BeginBeforeTheBufferIsFull_InTheFirstPass()
    {
        int read = 0;
        IEnumerable<float[]> Counted(int pass) => Clips([.. Enumerable.Repeat(10, 6000)]).Select(clip =>
        {
            read++;
            return clip;
        });

        using var crops = new CropSampler(Counted, Bands, cropFrames: 10, seed: 5).Crops().GetEnumerator();
        List<float> first = [];
        for (int i = 0; i < 6000 && crops.MoveNext(); i++)
        {
            first.Add(crops.Current[0]);
            if (i == 0) Assert.InRange(read, 64, 70);
            if (i == 1000) Assert.InRange(read, 2000, 2100);
        }

        Assert.Equal(6000, first.Distinct().Count());
        Assert.Equal(6000, read);
        Assert.True(crops.MoveNext());
        Assert.Equal(6000 + 4096, read); // the second pass is shuffled as well as the buffer allows
    }

    [Fact]
    public void Crops_NoticesThatDataHasShrunk() => Assert.Contains("had at least 9", Assert.Throws<InvalidOperationException>(
        () => new CropSampler(_ => Clips(30), Bands, cropFrames: 10, seed: 5).Crops(new SamplerPosition(0, 9)).First()).Message);

    [Fact]
    public void Crops_SkipsEmptyClips() => Assert.Equal(3, First(3, Clips(0, 20, 0), seed: 1).Count);

    [Fact]
    public void Crops_RefusesDataWithoutFrames() =>
        Assert.Throws<InvalidOperationException>(() => First(1, Clips(0, 0), seed: 1));

    [Fact]
    public void Crops_RefusesHalfFrames() =>
        Assert.Contains("3 values", Assert.Throws<ArgumentException>(() => First(1, [new float[3]], seed: 1)).Message);

    // the values of clip k count up from 1000k, so that each tells its clip
    private static float[][] Clips(params int[] frames) =>
        [.. frames.Select((count, k) => Enumerable.Range(1000 * k, count * Bands).Select(n => (float)n).ToArray())];

    private static List<float[]> First(int count, float[][] clips, int seed) =>
        [.. new CropSampler(_ => clips, Bands, cropFrames: 10, seed).Crops().Take(count)];
}
