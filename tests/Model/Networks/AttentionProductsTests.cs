using AudioBsq.Networks;
using static TorchSharp.torch;

namespace AudioBsq.Tests.Model.Networks;

[NoTensorLeaks]
public class AttentionProductsTests
{
    private const int Positions = 12;

    [Theory]
    [InlineData("none")]
    [InlineData("causal")]
    [InlineData("hidden")]
    [InlineData("added")]
    public void Attention_AndItsGradients_AreThoseOfTorch(string kind)
    {
        using var scope = NewDisposeScope();
        random.manual_seed(4);
        var (parts, gradient) = (randn([3, 2, 4, Positions, 8]), randn(2, 4, Positions, 8));
        var mask = kind switch { "hidden" => Hidden(), "added" => randn(Positions, Positions), _ => null };
        bool causal = kind == "causal";

        var expected = Run(parts, gradient, (q, k, v) => nn.functional.scaled_dot_product_attention(
            q, k, v, attn_mask: mask, is_casual: causal));
        var actual = Run(parts, gradient, (q, k, v) => AttentionProducts.Apply(q, k, v, mask, causal, dropout: 0));
        var half = Run(parts, gradient, (q, k, v) => AttentionProducts.Apply(
            q.to(ScalarType.BFloat16), k.to(ScalarType.BFloat16), v.to(ScalarType.BFloat16),
            mask?.dtype == ScalarType.Bool ? mask : mask?.to(ScalarType.BFloat16), causal, dropout: 0).to(ScalarType.Float32));

        foreach (var ((e, a), h) in expected.Zip(actual).Zip(half))
        {
            Close.To(e.data<float>().ToArray(), a.data<float>().ToArray(), 1e-5);
            Close.To(e.data<float>().ToArray(), h.data<float>().ToArray(), 0.1);
            Assert.True((e - h).abs().mean().item<float>() < 0.01);
        }
    }

    [Fact]
    public void Dropout_DropsWeights_AndKeepsTheirMean()
    {
        using var scope = NewDisposeScope();
        random.manual_seed(4);
        var (scores, values) = (zeros(4, 8, 64, 16), ones(4, 8, 64, 16)); // all weights are 1 / 64
        var attended = AttentionProducts.Apply(scores, scores, values, mask: null, causal: false, dropout: 0.25);

        Assert.True(attended.std().item<float>() > 0.05); // √(.25 / .75 / 64) = .07
        Assert.Equal(1, attended.mean().item<float>(), 0.01);
    }

    [Fact]
    public void Products_AreForBFloat16_OnACpu_AndNotForVeryManyPositions()
    {
        using var scope = NewDisposeScope();
        Assert.True(AttentionProducts.AreFaster(zeros(1, 1, 512, 4, ScalarType.BFloat16)));
        Assert.False(AttentionProducts.AreFaster(zeros(1, 1, 512, 4, ScalarType.Float32)));
        Assert.False(AttentionProducts.AreFaster(zeros(1, 1, 4096, 4, ScalarType.BFloat16)));
    }

    // Every query sees itself, and others at random.
    private static Tensor Hidden() => (rand(2, 1, Positions, Positions) > 0.5) | eye(Positions, dtype: ScalarType.Bool);

    private static Tensor[] Run(Tensor parts, Tensor gradient, Func<Tensor, Tensor, Tensor, Tensor> attend)
    {
        var leaf = parts.clone().requires_grad_();
        var split = leaf.unbind(0);
        var attended = attend(split[0], split[1], split[2]);
        attended.backward([gradient]);
        return [attended.detach(), leaf.grad!];
    }
}
