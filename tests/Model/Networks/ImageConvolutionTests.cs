using AudioBsq.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace AudioBsq.Tests.Model.Networks;

[NoTensorLeaks]
public class ImageConvolutionTests
{
    [Theory, InlineData(1, 64, 4, 4, 2), InlineData(64, 128, 4, 4, 2), InlineData(128, 128, 4, 4, 1), InlineData(64, 1, 4, 4, 1)]
    public void Gradients_InBFloat16_AreThoseInSinglePrecision_ButForRounding(int from, int to, int rows, int columns, int stride)
    {
        using var scope = NewDisposeScope();
        manual_seed(3);
        using var layer = new ImageConvolution(from, to, (rows, columns), (stride, stride), (1, 1));
        var x = randn(4, 16, 12, from).permute(0, 3, 1, 2).detach().requires_grad_();
        Tensor[] Run(ScalarType? type)
        {
            using var _ = ComputeType.Use(type);
            var y = layer.call(x);
            manual_seed(4);
            return [y, .. autograd.grad([y], [x, layer.Weight], [randn(y.shape).to(y.dtype)])];
        }

        foreach (var (expected, found) in Run(null).Zip(Run(ScalarType.BFloat16)))
            Assert.InRange(((expected - found).norm() / expected.norm()).item<float>(), 1e-5, 0.01);
    }

    [Theory]
    [InlineData(1, 8, 4, 4, 2), InlineData(8, 1, 4, 4, 1), InlineData(64, 1, 4, 4, 1), InlineData(32, 1, 3, 3, 1)]
    [InlineData(1, 32, 3, 9, 1)]
    [InlineData(8, 8, 4, 4, 2), InlineData(32, 32, 3, 9, 2), InlineData(64, 8, 4, 4, 1), InlineData(8, 64, 4, 4, 2)]
    [InlineData(64, 16, 4, 4, 1), InlineData(16, 64, 4, 4, 2), InlineData(64, 17, 4, 4, 1), InlineData(128, 32, 4, 4, 1)]
    [InlineData(24, 24, 3, 9, 2)]
    public void Gradients_InSinglePrecisionAreThoseInDouble(int from, int to, int rows, int columns, int stride)
    {
        foreach (bool channelsLast in new[] { false, true })
        {
            using var scope = NewDisposeScope();
            manual_seed(3);
            using var layer = new ImageConvolution(from, to, (rows, columns), (stride, stride), (1, 1));
            using var exact = new ImageConvolution(from, to, (rows, columns), (stride, stride), (1, 1));
            exact.load_state_dict(layer.state_dict());
            exact.to(ScalarType.Float64);
            var x = randn(4, from, 16, 12);
            if (channelsLast) x = x.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2);
            x = x.detach().requires_grad_();
            var x64 = x.detach().to(ScalarType.Float64).requires_grad_();

            Tensor y = layer.call(x), y64 = exact.call(x64), gradient = randn(y.shape);
            var found = autograd.grad([y], [x, layer.Weight], [gradient]);
            var expected = autograd.grad([y64], [x64, exact.Weight], [gradient.to(ScalarType.Float64)]);

            Close.To(y64.to(ScalarType.Float32), y, 1e-5, "y");
            Close.To(expected[0].to(ScalarType.Float32), found[0], 1e-5, "gradient of x");
            Close.To(expected[1].to(ScalarType.Float32), found[1], 1e-4, "gradient of the weights");
        }
    }
}
