using AudioBsq.Networks;
using static TorchSharp.torch;

namespace AudioBsq.Tests.Model.Networks;

[NoTensorLeaks]
public class PatchesTests
{
    [Theory]
    [InlineData(8, 4, 2, 2)]
    [InlineData(256, 128, 16, 16)]
    [InlineData(6, 80, 2, 80)]
    [InlineData(12, 6, 4, 1)]
    public void Join_UndoesSplit(int frames, int bands, int patchFrames, int patchBands)
    {
        using var scope = NewDisposeScope();
        var options = new AudioBsqOptions { Bands = bands, WindowFrames = frames, PatchFrames = patchFrames, PatchBands = patchBands };
        var x = arange(3 * frames * bands, ScalarType.Float32).reshape(3, frames, bands);

        var patches = Patches.Split(x, options);

        Assert.Equal([3, options.WindowPositions, patchFrames * patchBands], patches.shape);
        Close.To(x, Patches.Join(patches, options), 0);
    }

    [Fact]
    public void Split_CountsTimeFirst()
    {
        using var scope = NewDisposeScope();
        var options = new AudioBsqOptions { Bands = 4, WindowFrames = 4, PatchFrames = 2, PatchBands = 2 };
        var x = arange(16, ScalarType.Float32).reshape(1, 4, 4); // x[t, m] = 4t + m

        var patches = Patches.Split(x, options);

        Close.To([0, 1, 4, 5], patches[0, 0], 0, "first step, low bands");
        Close.To([2, 3, 6, 7], patches[0, 1], 0, "first step, high bands");
        Close.To([8, 9, 12, 13], patches[0, 2], 0, "second step, low bands");
    }
}
