using System.Collections.Immutable;
using AudioBsq.Networks;
using AudioBsq.Persistence;
using AudioBsq.Quantization;

namespace AudioBsq.Tests.Model.Quantization;

public class QuantizerOptionsTests
{
    private static readonly QuantizerOptions Given = new() { Kind = QuantizerKind.FiniteScalar, Bits = 10, Levels = [8, 8, 4, 4] };

    [Fact]
    public void Equality_GoesByTheNumbersOfLevels()
    {
        var same = new QuantizerOptions { Kind = QuantizerKind.FiniteScalar, Bits = 10, Levels = ImmutableArray.Create(8, 8, 4, 4) };

        Assert.Equal(Given, same);
        Assert.Equal(Given.GetHashCode(), same.GetHashCode());
        Assert.NotEqual(Given, Given with { Levels = [8, 4, 8, 4] });
        Assert.NotEqual(Given, Given with { Levels = [] });
        Assert.Equal(new QuantizerOptions(), new QuantizerOptions { Levels = default });
        Assert.Equal(new AudioBsqOptions { Quantizer = Given }, new AudioBsqOptions { Quantizer = same });
    }

    [Fact]
    public void Json_GivesTheSameOptionsBack()
    {
        foreach (var options in new[] { Given, Given with { Levels = [] }, new QuantizerOptions() })
            Assert.Equal(options, Read(OptionsJson.Write(options)));
    }

    [Fact] // as files have it that were saved when there was one kind of quantizer
    public void Json_WithoutKindAndLevels_IsBinarySpherical() =>
        Assert.Equal(new QuantizerOptions { Bits = 18 }, Read("""{"Bits":18,"GroupSize":9}"""));

    [Theory]
    [InlineData("""{"Kind":"FiniteScalar","Levels":null}""")]
    [InlineData("""{"Kind":"FiniteScalar","Levels":8}""")]
    [InlineData("""{"Kind":"FiniteScalar","Levels":["8","8","8"]}""")]
    [InlineData("""{"Kind":"FiniteScalar","Levels":[8,8,8],"Levels":[8,8,8]}""")]
    [InlineData("""{"Kind":"FiniteScalar","Levels":[8,8,7]}""")]
    [InlineData("""{"Kind":"Finite","Levels":[8,8,8]}""")]
    [InlineData("""{"Kind":1,"Levels":[8,8,8]}""")]
    public void Json_ThatIsNotStrictlyRight_IsRefused(string json) => Assert.Throws<InvalidDataException>(() => Read(json));

    [Theory]
    [InlineData(2, new[] { 4 })]
    [InlineData(3, new[] { 8 })]
    [InlineData(4, new[] { 4, 4 })]
    [InlineData(9, new[] { 8, 8, 8 })]
    [InlineData(10, new[] { 8, 8, 4, 4 })]
    [InlineData(11, new[] { 8, 8, 8, 4 })]
    [InlineData(18, new[] { 8, 8, 8, 8, 8, 8 })]
    public void Levels_MakeTwoToTheBitsByDefault(int bits, int[] levels)
    {
        var options = new QuantizerOptions { Kind = QuantizerKind.FiniteScalar, Bits = bits };

        options.Validate();
        Assert.Equal(levels, options.EffectiveLevels);
        Assert.Equal(levels.Length, options.Dimension);
        Assert.Equal(bits, options.BitsPerToken);
    }

    [Fact]
    public void Levels_MakeTwoToTheBits_ForAllBits()
    {
        for (int bits = 2; bits <= 62; bits++)
            Assert.Equal(1L << bits, LevelList.OfBits(bits).Aggregate(1L, (product, level) => product * level));
    }

    [Theory]
    [InlineData(10, new[] { 8, 5, 5, 5 }, "powers of two")]
    [InlineData(2, new[] { 2, 2 }, "4 to 256")]
    [InlineData(9, new[] { 512 }, "4 to 256")]
    [InlineData(9, new[] { 8, 8 }, "Bits must be 6")]
    [InlineData(9, new[] { 8, -8, 8 }, "powers of two")]
    [InlineData(1, new int[0], "from 2 to 62")]
    [InlineData(36, new[] { 8, 8, 8 }, "Bits must be 9")]
    public void Levels_ThatDoNotFit_AreRefused(int bits, int[] levels, string rule)
    {
        var options = new QuantizerOptions { Kind = QuantizerKind.FiniteScalar, Bits = bits, Levels = [.. levels] };

        Assert.Contains(rule, Assert.Throws<ArgumentOutOfRangeException>(options.Validate).Message);
    }

    [Fact]
    public void Validate_RefusesWhatBelongsToAnotherKind()
    {
        Assert.Contains(
            "FiniteScalar",
            Assert.Throws<ArgumentOutOfRangeException>(
                (Given with { Kind = QuantizerKind.BinarySpherical, GroupSize = 10 }).Validate).Message);
        Assert.Throws<ArgumentOutOfRangeException>((Given with { Kind = (QuantizerKind)7 }).Validate);
        Assert.Throws<ArgumentOutOfRangeException>((Given with { GroupSize = 0 }).Validate);
        Assert.Throws<ArgumentOutOfRangeException>(
            new QuantizerOptions { Kind = QuantizerKind.FiniteScalar, Bits = 32, GroupSize = 9 }.Validate);
    }

    [Fact]
    public void Tokens_OfAModelFollowTheBits()
    {
        var options = AudioBsqOptions.Tiny with { Quantizer = Given };
        Assert.Equal((10, 1, 80), (options.BitsPerToken, options.TokensPerPosition, options.TokensOf(160)));

        options = options with { Quantizer = new QuantizerOptions { Kind = QuantizerKind.FiniteScalar, Bits = 36 } };
        Assert.Equal((9, 4, 320), (options.BitsPerToken, options.TokensPerPosition, options.TokensOf(160)));
    }

    [Fact]
    public void NetworkLayout_CountsTheCoordinatesOfFiniteScalarCodes()
    {
        var options = Small.Options with { Quantizer = Given };
        using var network = new AudioBsqNetwork(options);

        Assert.Equal(network.parameters().Sum(parameter => parameter.numel()), NetworkLayout.Parameters(options));
    }

    private static QuantizerOptions Read(string json) => OptionsJson.Read<QuantizerOptions>(json, "test", o => o.Validate());
}
