using AudioBsq.Native;
using AudioBsq.Networks;
using static TorchSharp.torch;

namespace AudioBsq.Tests.Model.Networks;

[NoTensorLeaks]
public class RowLinearTests
{
    [Theory]
    [InlineData(1, 5), InlineData(7, 1), InlineData(32, 9), InlineData(67, 33), InlineData(512, 130), InlineData(20_000, 6)]
    public void Apply_GivesEachRowTheBitsThatItHasAlone(int inputs, int outputs)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(1);
        var (x, weight) = (randn([1, 11, inputs], generator: generator), randn([outputs, inputs], generator: generator));
        var bias = randn([outputs], generator: generator);

        var all = RowLinear.Apply(x, weight, bias);

        for (int rows = 1; rows <= 6; rows++)
        {
            for (int first = 0; first + rows <= 11; first++)
            {
                float[] some = RowLinear.Apply(x.narrow(1, first, rows), weight, bias).ToValues<float>();
                Assert.Equal(all.narrow(1, first, rows).ToValues<float>(), some);
            }
        }

        float[] torch = nn.functional.linear(x, weight, bias).ToValues<float>();
        Close.To(torch, all.ToValues<float>(), 1e-5 * Math.Sqrt(inputs) + 1e-6);
    }

    [Fact]
    public void Use_EndsWhereItIsDisposed()
    {
        using (RowLinear.Use())
        {
            using (RowLinear.Use()) Assert.True(RowLinear.InUse);
            Assert.True(RowLinear.InUse);
        }

        Assert.False(RowLinear.InUse);
    }
}
