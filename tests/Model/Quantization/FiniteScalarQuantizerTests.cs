using AudioBsq.Quantization;
using static TorchSharp.torch;

namespace AudioBsq.Tests.Model.Quantization;

[NoTensorLeaks]
public class FiniteScalarQuantizerTests
{
    public static TheoryData<int[]> SmallLevels => [[4], [8], [16], [256], [8, 4], [4, 8], [8, 8, 8], [4, 4, 4, 4], [16, 4, 8]];

    [Theory, MemberData(nameof(SmallLevels))]
    public void ToTokens_UndoesToCodes_ForEveryToken(int[] levels)
    {
        using var scope = NewDisposeScope();
        using var quantizer = New(levels);
        var tokens = arange(1L << quantizer.Bits, ScalarType.Int64).unsqueeze(-1);

        var codes = quantizer.ToCodes(tokens);

        Assert.Equal([tokens.shape[0], levels.Length], codes.shape);
        Assert.Equal((-1f, 1 - 2f / levels.Max()), (codes.min().item<float>(), codes.max().item<float>()));
        Assert.Equal(tokens.shape[0], codes.unique(dim: 0).output.shape[0]); // no two tokens share a code
        Assert.Equal(tokens.data<long>().ToArray(), quantizer.ToTokens(codes).data<long>().ToArray());
        Assert.Equal(tokens.data<long>().ToArray(), quantizer.ToIndices(codes).data<long>().ToArray());
    }

    [Theory, MemberData(nameof(SmallLevels))]
    public void Quantize_ReachesEveryToken_AndNothingElse(int[] levels)
    {
        using var scope = NewDisposeScope();
        using var quantizer = New(levels);
        // What tanh, shift and rounding make of a fine grid of latents: each level of each coordinate, from end to end.
        var z = linspace(-12, 12, 20_001).unsqueeze(-1).expand(-1, levels.Length);

        var codes = quantizer.Quantize(z);

        for (int i = 0; i < levels.Length; i++)
        {
            float[] found = [.. codes.select(1, i).data<float>().ToArray().Distinct().Order()];
            Close.To(
                [.. Enumerable.Range(0, levels[i]).Select(level => 2f * level / levels[i] - 1)], found, 1e-6, $"levels of coordinate {i}");
        }

        Close.To(codes, quantizer.ToCodes(quantizer.ToTokens(codes)), 1e-6);
    }

    [Fact] // by the formulas of section 3.1, with 4 levels: half-level shift atanh(0.5 / 1.5015) = 0.3464
    public void Quantize_FollowsAWorkedExample()
    {
        using var scope = NewDisposeScope();
        using var quantizer = New([4]);

        // tanh(z + 0.3464) · 1.5015 − 0.5 is −1.88, −0.92, 0, 0.48, 0.52 and 0.99: levels −2, −1, 0, 0, 1, 1 of −2 … 1.
        var codes = quantizer.Quantize(tensor([-2f, -0.6333f, 0, 0.4361f, 0.4873f, 3]).unsqueeze(-1));

        Close.To([-1, -0.5f, 0, 0, 0.5f, 0.5f], codes, 1e-7);
        Assert.Equal([0, 1, 2, 2, 3, 3], quantizer.ToTokens(codes).data<long>().ToArray());
    }

    [Fact]
    public void ToTokens_PutsTheFirstCoordinateInTheHighestBits()
    {
        using var scope = NewDisposeScope();
        using var quantizer = New([8, 4]);

        // levels 5 of 0 … 7 and 2 of 0 … 3: 5 · 4 + 2
        Assert.Equal(22, quantizer.ToTokens(tensor([0.25f, 0f])).item<long>());
        Close.To([0.25f, 0], quantizer.ToCodes(tensor([22L])), 0);
    }

    [Fact]
    public void ToCodes_UndoesToTokens_ForEveryNumberOfBits()
    {
        manual_seed(1);
        for (int bits = 2; bits <= 62; bits++)
        {
            using var scope = NewDisposeScope();
            int group = Enumerable.Range(1, 13).Last(size => bits % size == 0);
            using var quantizer = Quantizer.Of(
                new QuantizerOptions { Kind = QuantizerKind.FiniteScalar, Bits = bits, GroupSize = group }, Compatibility.Corrected);
            var codes = quantizer.Quantize(randn(3, 20, quantizer.Dimension) * 2);

            var tokens = quantizer.ToTokens(codes);

            Assert.Equal([3, 20, quantizer.TokensPerPosition], tokens.shape);
            Assert.True(tokens.min().item<long>() >= 0 && tokens.max().item<long>() < 1L << quantizer.BitsPerToken);
            Close.To(codes, quantizer.ToCodes(tokens), 1e-7, $"{bits} bits");
        }
    }

    [Fact]
    public void Gradient_PassesThroughTheRoundingAndNotTheBound()
    {
        manual_seed(2);
        using var scope = NewDisposeScope();
        using var quantizer = New([8, 4]);
        var z = randn(50, 2, ScalarType.Float64).requires_grad_();
        var wanted = randn(50, 2, ScalarType.Float64);

        var actual = autograd.grad([(quantizer.Quantize(z) * wanted).sum()], [z])[0];

        // d/dz of tanh(z + shift) · radius / (levels / 2)
        double[] radius = [3.5035, 1.5015];
        var shift = tensor(radius.Select(r => Math.Atanh(0.5 / r)).ToArray());
        var slope = (1 - (z + shift).tanh().square()) * tensor(radius) / tensor([4.0, 2.0]);
        Close.To(slope * wanted, actual, 1e-6);
    }

    [Fact]
    public void Quantize_HoldsWhateverComesWithinTheLevels()
    {
        using var scope = NewDisposeScope();
        using var quantizer = New([8, 4]);
        var wild = tensor([float.PositiveInfinity, float.NegativeInfinity, 1e30f, -1e30f, float.Epsilon, -0f]).unsqueeze(-1).expand(-1, 2);

        var codes = quantizer.Quantize(wild);

        Assert.Equal([31, 0, 31, 0, 18, 18], quantizer.ToTokens(codes).data<long>().ToArray());
        Close.To(codes, quantizer.ToCodes(quantizer.ToTokens(codes)), 0);
    }

    [Fact]
    public void Forward_CountsCodesThatAreValid_AndHasNoLoss()
    {
        using var scope = NewDisposeScope();
        using var quantizer = New([4, 4]);
        var z = tensor([0f, 0, 0, 0, 3, 3, -3, 3, -3, -3], [1, 5, 2]);
        var valid = tensor([true, true, true, true, false]).unsqueeze(0);

        var all = quantizer.Forward(z, null);
        var some = quantizer.Forward(z, valid);

        double fifth = -0.2 * Math.Log(0.2);
        Close.To(3 * fifth - 0.4 * Math.Log(0.4), all.CodebookEntropy.item<float>(), 1e-6);
        Close.To(1.5 * Math.Log(2), some.CodebookEntropy.item<float>(), 1e-6); // ½, ¼, ¼
        Assert.Equal((0, 0, 0), (all.Loss.item<float>(), all.PositionEntropy.item<float>(), all.Commitment.item<float>()));
        Assert.Null(all.AverageProbability);
        Assert.Equal(0, quantizer.Forward(z, zeros_like(valid)).CodebookEntropy.item<float>());
        Assert.Throws<ArgumentException>(() => quantizer.Forward(z, ones(1, 5)));
    }

    [Fact]
    public void ToCodes_RefusesWhatIsNoToken()
    {
        using var scope = NewDisposeScope();
        using var quantizer = New([8, 4]);

        Assert.Throws<ArgumentOutOfRangeException>(() => quantizer.ToCodes(tensor([32L])));
        Assert.Throws<ArgumentOutOfRangeException>(() => quantizer.ToCodes(tensor([-1L])));
        Assert.Throws<ArgumentException>(() => quantizer.ToCodes(tensor([1L, 2L])));
        Assert.Throws<ArgumentException>(() => quantizer.ToTokens(zeros(2, 5)));
    }

    private static Quantizer New(int[] levels) => Quantizer.Of(
        new QuantizerOptions { Kind = QuantizerKind.FiniteScalar, Bits = levels.Sum(int.Log2), Levels = [.. levels] },
        Compatibility.Corrected);
}
