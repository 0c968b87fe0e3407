using AudioBsq.Quantization;
using static TorchSharp.torch;

namespace AudioBsq.Tests.Model.Quantization;

/// <summary>Codes of arrays are those of the quantizer on torch.</summary>
[NoTensorLeaks]
public class LatentCodesTests
{
    public static TheoryData<string, int, int[]?> Quantizers => new()
    {
        { "9 bits", 9, null },
        { "36 bits in groups", 36, null },
        { "levels", 10, [16, 8, 8] },
    };

    [Theory, MemberData(nameof(Quantizers))]
    public void TokensOf_AreThoseOfTheQuantizer_AndBitsOfAreTheirs(string name, int bits, int[]? levels)
    {
        using var scope = NewDisposeScope();
        var options = new QuantizerOptions
        {
            Bits = bits,
            GroupSize = levels is null ? 9 : bits,
            Kind = levels is null ? QuantizerKind.BinarySpherical : QuantizerKind.FiniteScalar,
            Levels = levels is null ? [] : [.. levels],
        };
        using var quantizer = AudioBsq.Quantization.Quantizer.Of(options, Compatibility.Corrected);
        var codes = new LatentCodes(options, Compatibility.Corrected);
        var latents = randn([1, 500, options.Dimension], generator: new Generator(3));
        latents[0, 0].zero_();

        int[] tokens = codes.TokensOf(latents.data<float>().ToArray());

        var expected = quantizer.ToTokens(quantizer.Quantize(latents));
        Assert.True(expected.data<long>().SequenceEqual(tokens.Select(token => (long)token)), name);
        int perToken = options.BitsPerToken;
        int[] packed = [.. codes.BitsOf(tokens).Chunk(perToken).Select(chunk => chunk.Aggregate(0, (sum, bit) => 2 * sum + (int)bit))];
        Assert.Equal(tokens, packed);
    }

    [Fact]
    public void CloseRows_OfSigns_AreThoseNearZeroForTheirSize()
    {
        var codes = new LatentCodes(new QuantizerOptions { Bits = 3, GroupSize = 3 }, Compatibility.Corrected);
        float[] latents = [1, -1, 1, 1, 1.9e-5f, -1, -1e-6f, 1, 1, 1, 1, 3e-5f];

        Assert.Equal([1, 2], codes.CloseRows(latents, rows: 4, distance: 3e-5));
        Assert.Equal([0, 1], codes.CloseRows(latents, rows: 2, distance: 3e-5));
        Assert.Equal([2], codes.CloseRows(Array.ConvertAll(latents, x => x * 100), rows: 4, distance: 1e-5));
        Assert.Empty(codes.CloseRows([], rows: 1, distance: 1));
    }

    [Fact]
    public void CloseRows_OfLevels_AreThoseNearTheNextLevel()
    {
        var options = new QuantizerOptions { Kind = QuantizerKind.FiniteScalar, Bits = 2, GroupSize = 2, Levels = [4] };
        float threshold = (float)(Math.Atanh(1 / 1.5015) - Math.Atanh(0.5 / 1.5015)); // between levels 0 and 1
        float[] latents = [threshold, threshold + 1e-6f, threshold - 1e-6f, 0, 9, threshold + 1e-3f];

        Assert.Equal([0, 1, 2], new LatentCodes(options, Compatibility.Corrected).CloseRows(latents, rows: 6, distance: 2e-5));
    }
}
