using AudioBsq.Quantization;
using static TorchSharp.torch;

namespace AudioBsq.Tests.Model.Quantization;

[NoTensorLeaks]
public class BinarySphericalQuantizerTests
{
    [Fact]
    public void ToCodes_UndoesToTokens_ForEveryNumberOfBits()
    {
        manual_seed(1);
        for (int bits = 1; bits <= 62; bits++)
        {
            using var scope = NewDisposeScope();
            using var quantizer = New(bits, group: Enumerable.Range(1, 13).Last(size => bits % size == 0));
            var codes = quantizer.Quantize(nn.functional.normalize(randn(3, 20, bits), dim: -1));

            var tokens = quantizer.ToTokens(codes);

            Assert.Equal([3, 20, quantizer.TokensPerPosition], tokens.shape);
            Assert.True(tokens.min().item<long>() >= 0 && tokens.max().item<long>() < 1L << quantizer.BitsPerToken);
            Close.To(codes, quantizer.ToCodes(tokens), 1e-7, $"{bits} bits");
            Close.To(1, codes.square().sum(-1).mean().item<float>(), 1e-5, "squared length");
        }
    }

    [Fact]
    public void ToTokens_PutsTheFirstCoordinateInTheHighestBit()
    {
        using var scope = NewDisposeScope();
        using var quantizer = New(3, group: 3);

        Assert.Equal(0b101, quantizer.ToTokens(tensor([1f, -1f, 1f])).item<long>());
    }

    [Fact]
    public void ToTokens_PutsTheFirstGroupFirst_AboveThirtyBits()
    {
        using var scope = NewDisposeScope();
        using var quantizer = New(36, group: 9);
        float[] z = new float[36];
        Array.Fill(z, -1);
        (z[0], z[35]) = (1, 1);

        Assert.Equal([256, 0, 0, 1], quantizer.ToTokens(tensor(z)).data<long>().ToArray());
    }

    [Fact]
    public void ToCodes_RefusesWhatIsNoToken()
    {
        using var scope = NewDisposeScope();
        using var quantizer = New(3, group: 3);

        Assert.Throws<ArgumentOutOfRangeException>(() => quantizer.ToCodes(tensor([8L])));
        Assert.Throws<ArgumentOutOfRangeException>(() => quantizer.ToCodes(tensor([-1L])));
        Assert.Throws<ArgumentException>(() => quantizer.ToCodes(tensor([1L, 2L])));
        Assert.Throws<ArgumentException>(() => quantizer.ToTokens(zeros(2, 4)));
        Assert.Throws<ArgumentException>(() => quantizer.Forward(zeros(2, 4, 3), ones(2, 4)));
    }

    [Theory]
    [InlineData(EntropyEstimate.Group)]
    [InlineData(EntropyEstimate.Analytical)]
    public void Forward_LeavesPaddingOut(EntropyEstimate estimate)
    {
        manual_seed(2);
        using var scope = NewDisposeScope();
        using var quantizer = new BinarySphericalQuantizer(
            new QuantizerOptions { Bits = 6, GroupSize = 3, Entropy = estimate, CommitmentWeight = 0.5 }, Compatibility.Corrected);
        var real = randn(2, 5, 6);
        var padded = cat([real, randn(2, 3, 6) * 4], dim: 1);
        var valid = cat([ones(2, 5, dtype: ScalarType.Bool), zeros(2, 3, dtype: ScalarType.Bool)], dim: 1);

        var expected = quantizer.Forward(real, null);
        var actual = quantizer.Forward(padded, valid);

        Close.To(expected.Loss, actual.Loss, 1e-6, "loss");
        Close.To(expected.PositionEntropy, actual.PositionEntropy, 1e-6, "position entropy");
        Close.To(expected.CodebookEntropy, actual.CodebookEntropy, 1e-6, "codebook entropy");
        Close.To(expected.Commitment, actual.Commitment, 1e-6, "commitment");
        Close.To(expected.AverageProbability!, actual.AverageProbability!, 1e-6, "average");
    }

    [Fact]
    public void Forward_OfNothingButPadding_IsFinite()
    {
        using var scope = NewDisposeScope();
        using var quantizer = New(6, group: 3);
        Assert.True(quantizer.Forward(randn(1, 4, 6), zeros(1, 4, dtype: ScalarType.Bool)).Loss.isfinite().item<bool>());
    }

    [Fact]
    public void AverageProbability_IsTheSoftmaxOverAllPatterns()
    {
        manual_seed(3);
        using var scope = NewDisposeScope();
        using var quantizer = New(5, group: 5);
        var z = nn.functional.normalize(randn(1, 7, 5), dim: -1);
        var patterns = quantizer.ToCodes(arange(32, ScalarType.Int64).unsqueeze(-1)); // (32, 5)
        var expected = nn.functional.softmax(z.matmul(patterns.t()) * 2 * quantizer.Options.InverseTemperature, dim: -1).mean([0, 1]);

        Close.To(expected.unsqueeze(0), quantizer.Forward(z, null).AverageProbability!, 1e-6);
    }

    private static BinarySphericalQuantizer New(int bits, int group) =>
        new(new QuantizerOptions { Bits = bits, GroupSize = group }, Compatibility.Corrected);
}
