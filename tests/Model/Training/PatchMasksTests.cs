using AudioBsq.Training;
using static TorchSharp.torch;

namespace AudioBsq.Tests.Model.Training;

[NoTensorLeaks]
public class PatchMasksTests
{
    private const int Steps = 20, Rows = 5;

    [Theory]
    [InlineData(PatchMask.Unstructured, 0.8, 80)]
    [InlineData(PatchMask.Unstructured, 0.001, 1)]
    [InlineData(PatchMask.Unstructured, 0.999, 99)]
    [InlineData(PatchMask.Time, 0.75, 75)]
    [InlineData(PatchMask.Frequency, 0.8, 80)]
    [InlineData(PatchMask.TimeAndFrequency, 0.64, 64)] // 8 of 20 steps and 2 of 5 rows: 1 − 0.6²
    public void Of_MasksThePartThatIsAsked(PatchMask mask, double ratio, int expected)
    {
        using var scope = NewDisposeScope();

        var (visible, masked) = Of(mask, ratio, Steps);

        bool[] grid = [.. masked.data<float>().Select(value => value == 1)];
        Assert.Equal(expected, grid.Count(hidden => hidden));
        Assert.Equal(Enumerable.Range(0, grid.Length).Where(i => !grid[i]), visible.Index.data<long>().Select(i => (int)i));
        Assert.Null(visible.Valid);
        bool[] Row(int row) => [.. Enumerable.Range(0, Steps).Select(step => grid[step * Rows + row])];
        bool[] Step(int step) => grid[(step * Rows)..((step + 1) * Rows)];
        if (mask == PatchMask.Time) Assert.All(Enumerable.Range(0, Steps), step => Assert.Single(Step(step).Distinct()));
        if (mask == PatchMask.Frequency) Assert.All(Enumerable.Range(0, Rows), row => Assert.Single(Row(row).Distinct()));
        if (mask == PatchMask.TimeAndFrequency)
        {
            Assert.Equal(8, Enumerable.Range(0, Steps).Count(step => Step(step).All(hidden => hidden)));
            Assert.Equal(2, Enumerable.Range(0, Rows).Count(row => Row(row).All(hidden => hidden)));
        }
    }

    [Fact]
    public void Of_KeepsAPatchVisible_AndFillsShorterClipsUp()
    {
        using var scope = NewDisposeScope();

        var (visible, masked) = Of(PatchMask.Time, 0.5, 1, 2, 7);

        float[] hidden = [.. masked.data<float>()];
        Assert.Equal(0, hidden[..(7 * Rows)].Sum()); // one step: nothing can be masked
        Assert.Equal(Rows, hidden[(7 * Rows)..(14 * Rows)].Sum());
        Assert.Equal(4 * Rows, hidden[(14 * Rows)..].Sum());
        bool[] valid = [.. visible.Valid!.data<bool>()];
        Assert.Equal([Rows, Rows, 3 * Rows], valid.Chunk(3 * Rows).Select(clip => clip.Count(v => v)));
        Assert.All(visible.Index.data<long>().ToArray().Chunk(3 * Rows), clip => Assert.Equal(clip.Length, clip.Distinct().Count()));
    }

    [Fact]
    public void Of_IsTheSameForASeed_AndAnotherForAnother()
    {
        using var scope = NewDisposeScope();
        float[] Mask(int seed) => [.. Masks(PatchMask.Unstructured, 0.5).Of([Steps], Steps, new Random(seed), CPU).Masked.data<float>()];

        Assert.Equal(Mask(1), Mask(1));
        Assert.NotEqual(Mask(1), Mask(2));
    }

    private static PatchMasks Masks(PatchMask mask, double ratio) => new(new PretrainingOptions { Mask = mask, MaskRatio = ratio }, Rows);

    private static (AudioBsq.Networks.VisiblePatches Visible, Tensor Masked) Of(PatchMask mask, double ratio, params int[] steps) =>
        Masks(mask, ratio).Of(steps, steps.Max(), new Random(3), CPU);
}
