using System.Text.Json;
using AudioBsq.Networks;
using AudioBsq.Training;
using static TorchSharp.torch;

namespace AudioBsq.Tests.Model.Training;

[NoTensorLeaks]
public class SpecAugmentTests
{
    private const int Bands = 16;

    [Fact] // golden/mel/specaugment_arith.json: what torchaudio made of the same random numbers
    public void Stretch_AgreesWithReference()
    {
        var cases = TestData.Golden("mel", "specaugment_arith.json")
            .SelectMany(path => JsonDocument.Parse(File.ReadAllText(path)).RootElement.EnumerateArray()).ToList();

        Assert.NotEmpty(cases);
        Assert.All(cases, golden =>
        {
            int Whole(string name) => golden.GetProperty(name).GetInt32();
            float Random(string name) => golden.GetProperty(name).GetSingle();

            Assert.Equal(
                (Whole("start"), Whole("end")), SpecAugment.Stretch(Whole("size"), Whole("mask_param"), Random("u1"), Random("u2")));
        });
    }

    [Fact]
    public void Mask_SilencesOneStretchOfFramesAndOneOfBands()
    {
        var options = new AugmentationOptions { Probability = 1, LargestTimeMask = 0.5, LargestBandMask = 0.5 };
        var augment = new SpecAugment(options, Bands, silence: -80);
        var random = new Random(1);
        int max = 0;
        for (int round = 0; round < 200; round++)
        {
            float[] mel = new float[40 * Bands];

            float[] masked = augment.Mask(mel, random);

            bool[] frames = [.. Enumerable.Range(0, 40).Select(t => Enumerable.Range(0, Bands).All(b => masked[t * Bands + b] == -80))];
            bool[] bands = [.. Enumerable.Range(0, Bands).Select(b => Enumerable.Range(0, 40).All(t => masked[t * Bands + b] == -80))];
            Assert.All(Enumerable.Range(0, masked.Length), i => Assert.Equal(frames[i / Bands] || bands[i % Bands] ? -80 : 0, masked[i]));
            Assert.InRange(Edges(frames), 0, 2);
            Assert.InRange(Edges(bands), 0, 2);
            Assert.InRange(frames.Count(x => x), 0, 19);
            Assert.All(mel, level => Assert.Equal(0, level));
            max = Math.Max(max, frames.Count(x => x));
        }

        Assert.InRange(max, 15, 19);
    }

    [Fact]
    public void Mask_ComesAsOftenAsItsProbability()
    {
        var options = new AugmentationOptions { Probability = 0.25, LargestTimeMask = 1, LargestBandMask = 0 };
        var augment = new SpecAugment(options, Bands, silence: -80);
        var random = new Random(2);

        int masked = Enumerable.Range(0, 2000).Count(_ => augment.Mask(new float[100 * Bands], random).Contains(-80));

        Assert.InRange(masked, 430, 560);
    }

    [Theory]
    [InlineData(false), InlineData(true)]
    public void Batches_AskForTheWholeMelUnlessTold(bool maskTarget)
    {
        using var scope = NewDisposeScope();
        var augmentation = new AugmentationOptions
        {
            Probability = 1,
            LargestTimeMask = 0.9,
            LargestBandMask = 0.9,
            MaskTarget = maskTarget,
        };
        MelBatch First(AugmentationOptions? masks)
        {
            var options = Runs.Options with { Augmentation = masks };
            using var source = new BatchSource(Runs.Data, Small.Mel.Bands, Small.Options, options, CPU, default);
            return source.Next(step: 0)[0];
        }

        var (whole, batch, again) = (First(null), First(augmentation), First(augmentation));

        var shown = batch.Masked ?? batch.Mel;
        Assert.Equal(maskTarget, batch.Masked is null);
        Assert.Equal(!maskTarget, Same(whole.Mel, batch.Mel));
        Assert.True(Same(shown, again.Masked ?? again.Mel));
        Assert.False(Same(whole.Mel, shown));
        Assert.True(Same(whole.Mel, where(shown == -80, whole.Mel, shown)));
    }

    private static bool Same(Tensor a, Tensor b) => a.equal(b).all().item<bool>();

    private static int Edges(bool[] set) => set.Zip(set.Skip(1)).Count(pair => pair.First != pair.Second);
}
