using AudioBsq.Quantization;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace AudioBsq.Tests.Model.Quantization;

/// <summary>What the entropy terms of the binary spherical quantizer can see, and what they do about it.</summary>
[NoTensorLeaks]
public class SoftEntropyTests
{
    private const int Bits = 18;
    private static readonly double Most = Bits * Math.Log(2); // 12.477 nat

    /// <summary>A healthy code (random directions) and a collapsed one (every latent at the same corner) at 18 bits.</summary>
    [Theory]
    [InlineData(1, 0.11, 0.01)] // the whole penalty spans 0.11 nat: they cannot be told apart
    [InlineData(10, 6.71, 0.03)]
    [InlineData(100, 12.35, 0.1)] // less than 12.477: 4,096 random codes leave the 512 of a group a little uneven
    public void CodebookEntropy_TellsACollapsedCodeByItsTemperature(double inverseTemperature, double gap, double tolerance)
    {
        manual_seed(1);
        using var scope = NewDisposeScope();
        var healthy = nn.functional.normalize(randn(1, 4096, Bits), dim: -1);
        var collapsed = full([1, 4096, Bits], 1 / Math.Sqrt(Bits));

        double found = CodebookEntropy(healthy, inverseTemperature) - CodebookEntropy(collapsed, inverseTemperature);

        Close.To(gap, found, tolerance);
    }

    [Theory]
    [InlineData(1)] // 12.366 of 12.477 nat
    [InlineData(10)]
    [InlineData(100)]
    public void Entropies_OfACollapsedCode_AreThoseOfItsBits(double inverseTemperature)
    {
        using var scope = NewDisposeScope();
        using var quantizer = New(inverseTemperature);
        double p = 1 / (1 + Math.Exp(-4 * inverseTemperature / Bits)), expected = -Bits * (p * Math.Log(p) + (1 - p) * Math.Log(1 - p));

        var output = quantizer.Forward(full([1, 32, Bits], 1 / Math.Sqrt(Bits)), null);

        Close.To(expected, output.CodebookEntropy.item<float>(), 1e-4, "codebook");
        Close.To(expected, output.PositionEntropy.item<float>(), 1e-4, "position"); // the two terms cancel: every position is like the mean
        Close.To(0, output.Loss.item<float>(), 1e-4, "loss");
    }

    [Fact] // all 18 bits equal, both values equally often: the truth is ln 2 = 0.69
    public void PerfectlyCorrelatedBits_AreSeenByTheJointEstimateOnly()
    {
        using var scope = NewDisposeScope();
        var z = cat([full([1, 500, Bits], 1.0), full([1, 500, Bits], -1.0)], dim: 1).to(ScalarType.Float32) / Math.Sqrt(Bits);
        double OfGroups(int size) => CodebookEntropy(z, 100, size);
        using var marginal = new BinarySphericalQuantizer(
            new QuantizerOptions { Bits = Bits, GroupSize = 1, InverseTemperature = 100, Entropy = EntropyEstimate.Analytical },
            Compatibility.Corrected with { MarginalEntropy = true });

        Close.To(Most, marginal.Forward(z, null).CodebookEntropy.item<float>(), 1e-3, "single bits");
        Close.To(Most, OfGroups(1), 1e-3, "groups of 1");
        Close.To(9 * Math.Log(2), OfGroups(2), 1e-3, "groups of 2");
        Close.To(2 * Math.Log(2), OfGroups(9), 1e-3, "groups of 9"); // 1.39
        Close.To(Math.Log(2), OfGroups(18), 1e-3, "one group of 18");
    }

    [Theory] // estimates with independent bits are what they should be, however they are grouped
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(9)]
    public void IndependentBits_HaveTheSumOfTheirEntropies(int group)
    {
        using var scope = NewDisposeScope();
        using var quantizer = New(100, group, bits: 9);
        var everyCode = quantizer.ToCodes(arange(512, ScalarType.Int64).unsqueeze(-1)).unsqueeze(0);

        Close.To(9 * Math.Log(2), quantizer.Forward(everyCode, null).CodebookEntropy.item<float>(), 1e-3);
    }

    [Theory]
    [InlineData(1, 200)]
    [InlineData(10, 200)]
    [InlineData(100, 20)] // the sharper the soft code, the fewer latents are so near to a threshold that they feel anything
    [Trait("Speed", "Slow")]
    public void Gradient_OfTheEntropyTermsPushesACollapsedCodeApart(double inverseTemperature, int atLeast)
    {
        manual_seed(3);
        using var scope = NewDisposeScope();
        using var quantizer = New(inverseTemperature);
        var start = 1 + 0.25 * randn(1, 256, Bits);

        int before = Distinct(start, quantizer), after = Distinct(Descend(start, quantizer), quantizer);

        Assert.InRange(before, 1, 3);
        Assert.True(after >= atLeast, $"{before} codes became {after}");
    }

    [Fact] // single bits would be content with 18 copies of one; the joint estimate is not
    [Trait("Speed", "Slow")]
    public void Gradient_OfTheJointEntropy_UndoesCorrelation_ThatOfSingleBitsDoesNot()
    {
        manual_seed(4);
        using var scope = NewDisposeScope();
        var signs = (rand(1, 256, 1) > 0.5).to(ScalarType.Float32) * 2 - 1;
        var start = (signs * (1 + 0.3 * randn(1, 256, Bits))).contiguous();
        using var joint = New(100);
        using var single = New(100, group: 1);
        int before = Distinct(start, joint);

        int afterJoint = Distinct(Descend(start, joint), joint), afterSingle = Distinct(Descend(start, single), single);

        Assert.InRange(before, 2, 12);
        Assert.True(afterJoint > 40 && afterSingle < 20, $"{before} codes became {afterJoint} and {afterSingle}");
    }

    // Adam on the quantizer's loss alone.
    private static Tensor Descend(Tensor from, BinarySphericalQuantizer quantizer)
    {
        using var scope = NewDisposeScope();
        var z = new Parameter(from.clone());
        using var optimizer = optim.Adam([z], 0.05);
        for (int step = 0; step < 100; step++)
        {
            using var inner = NewDisposeScope();
            optimizer.zero_grad();
            quantizer.Forward(nn.functional.normalize(z, dim: -1), null).Loss.backward();
            optimizer.step();
        }

        return z.detach().clone().MoveToOuterDisposeScope();
    }

    private static int Distinct(Tensor z, BinarySphericalQuantizer quantizer)
    {
        using var scope = NewDisposeScope();
        return quantizer.ToIndices(z).data<long>().ToArray().Distinct().Count();
    }

    private static double CodebookEntropy(Tensor z, double inverseTemperature, int group = 9)
    {
        using var scope = NewDisposeScope();
        using var quantizer = New(inverseTemperature, group);
        return quantizer.Forward(z, null).CodebookEntropy.item<float>();
    }

    private static BinarySphericalQuantizer New(double inverseTemperature, int group = 9, int bits = Bits) =>
        new(new QuantizerOptions { Bits = bits, GroupSize = group, InverseTemperature = inverseTemperature }, Compatibility.Corrected);
}
