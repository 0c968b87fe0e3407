using AudioBsq.Native;
using AudioBsq.Networks;
using static TorchSharp.torch;

namespace AudioBsq.Tests.Model.Networks;

[NoTensorLeaks]
public class LinearProductTests
{
    [Theory]
    [InlineData(1, 24, 48, true)]
    [InlineData(2, 48, 24, true)]
    [InlineData(3, 33, 33, false)]
    public void Product_AndItsGradients_AreThoseOfTorch(int seed, long outputs, long inputs, bool hasBias)
    {
        using var scope = NewDisposeScope();
        random.manual_seed(seed);
        var (x, weight, gradient) = (randn(7, 5, inputs), randn(outputs, inputs), randn(7, 5, outputs));
        var bias = hasBias ? randn(outputs) : null;

        var expected = Run(nn.functional.linear, x, weight, bias, gradient);
        var actual = Run(LinearProduct.Apply, x, weight, bias, gradient);
        BackwardCallback.ThrowIfFailed();

        Assert.Equal(expected.Count, actual.Count);
        foreach (var (e, a) in expected.Zip(actual))
        {
            Assert.Equal(e.shape, a.shape);
            Assert.True(e.allclose(a, rtol: 1e-5, atol: 1e-4), $"differs by {e.sub(a).abs().max().item<float>()}");
        }
    }

    [Fact]
    public void Product_GivesNoGradient_ToWhatIsFrozen()
    {
        using var scope = NewDisposeScope();
        var (x, weight) = (randn(40, 16), randn(8, 16).requires_grad_());
        LinearProduct.Apply(x, weight, null).sum().backward();
        Assert.Null(x.grad);
        Assert.True(weight.grad!.allclose(x.sum(dim: 0).expand(8, 16), rtol: 1e-5, atol: 1e-4));
    }

    [Fact]
    public void Product_CanBeDifferentiatedTwice_WhereTheGraphIsRetained()
    {
        using var scope = NewDisposeScope();
        var (x, weight) = (randn(40, 16).requires_grad_(), randn(8, 16).requires_grad_());
        var sum = LinearProduct.Apply(x, weight, null).square().sum();
        var first = autograd.grad([sum], [weight], retain_graph: true)[0];
        var second = autograd.grad([sum], [weight])[0];
        Assert.True(first.equal(second).all().item<bool>());
    }

    [SkippableFact]
    public void Product_OfOneDnn_IsExactForSmallWholeNumbers()
    {
        Skip.IfNot(OneDnn.IsFaster, "this processor has no AVX-512");
        using var scope = NewDisposeScope();
        var (x, weight) = (randint(-8, 8, [4, 10, 50], ScalarType.Float32), randint(-8, 8, [30, 50], ScalarType.Float32));
        var bias = arange(30f);
        Assert.True(OneDnn.Linear(x, weight, bias).equal(nn.functional.linear(x, weight, bias)).all().item<bool>());
    }

    private static List<Tensor> Run(
        Func<Tensor, Tensor, Tensor?, Tensor> product, Tensor x, Tensor weight, Tensor? bias, Tensor gradient)
    {
        Tensor[] inputs = [.. new[] { x, weight, bias }.OfType<Tensor>().Select(tensor => tensor.detach().clone().requires_grad_())];
        var y = product(inputs[0], inputs[1], inputs.Length > 2 ? inputs[2] : null);
        y.backward([gradient]);
        return [y, .. inputs.Select(input => input.grad!)];
    }
}
