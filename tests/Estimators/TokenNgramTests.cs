using AudioBsq.MLNet;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace AudioBsq.Tests.Estimators;

[WithoutTorch]
public class TokenNgramTests
{
    private readonly MLContext _ml = new(seed: 1);

    [Fact]
    public void Defaults_GiveTheShareOfEachToken()
    {
        float[][] counted = Count(new TokenNgramOptions(), [1, 6, 6, 8], [], [0, 2]);

        Assert.Equal([.25f, 0, 0, 0, 0, .5f, 0, .25f], counted[0]); // tokens 0, 5, 5, 7
        Assert.Equal(new float[8], counted[1]);
        Assert.Equal([0, 1, 0, 0, 0, 0, 0, 0], counted[2]);
    }

    [Fact]
    public void Bigrams_OfBits_AreCountedAlongTime()
    {
        // Tokens 6 = 110, 5 = 101, 1 = 001.
        var options = new TokenNgramOptions { SymbolBits = 1, Length = 2, Shares = false };

        float[] counted = Count(options, [7, 6, 2])[0];

        Assert.Equal(18, counted.Length);
        Assert.Equal([1, 2, 0, 0, 1, 1], counted[..6]);    // 1 1 0: a zero, two ones; 10 and 11
        Assert.Equal([2, 1, 1, 0, 1, 0], counted[6..12]);  // 1 0 0
        Assert.Equal([1, 2, 0, 1, 0, 1], counted[12..]);   // 0 1 1
    }

    [Fact]
    public void Rows_KeepTheirNgramsApart()
    {
        // Two tokens a step: the low row is 0 1 0, the high row 7 7 7.
        uint[] keys = [1, 8, 2, 8, 1, 8];
        var options = new TokenNgramOptions { Length = 2, TokensPerStep = 2, Shares = false };

        float[] together = Count(options, keys)[0], apart = Count(options with { PerRow = true }, keys)[0];

        Assert.Equal(72, together.Length);
        Assert.Equal((2, 1, 3), (together[0], together[1], together[7]));
        Assert.Equal((1, 1, 2), (together[8 + 1], together[8 + 8], together[8 + 63])); // 0 1, 1 0, and 7 7 twice
        Assert.Equal(together[..8], apart[..8].Zip(apart[72..80], (low, high) => low + high));
        Assert.Equal(3, apart[72 + 7]);
        Assert.Equal(0, apart[7]);
    }

    [Fact]
    public void Parts_AddUpToTheWhole()
    {
        var random = new Random(3);
        uint[] keys = [.. Enumerable.Range(0, 101).Select(_ => (uint)random.Next(0, 9))];
        var whole = new TokenNgramOptions { Length = 3, Shares = false, HashBits = 6 };

        float[] one = Count(whole, keys)[0], four = Count(whole with { Parts = 4 }, keys)[0];

        Assert.Equal(one, Enumerable.Range(0, one.Length).Select(i => Enumerable.Range(0, 4).Sum(part => four[part * one.Length + i])));
        Assert.Equal(keys.Count(key => key != 0), one[..8].Sum());
    }

    [Theory]
    [InlineData(1, 1, 1, 8), InlineData(2, 1, 3, 216), InlineData(1, 4, 1, 32)]
    public void Size_IsAsTheOptionsSay(int length, int parts, int perStep, int size)
    {
        var options = new TokenNgramOptions { Length = length, Parts = parts, PerRow = true, TokensPerStep = perStep };

        Assert.Equal(size, options.SizeOf(bitsPerToken: 3, perStep));
        Assert.Equal(size, Count(options, [1, 2, 3])[0].Length);
    }

    [Fact] // The slots were computed apart, from the formula in TokenNgramLayout.
    public void Hash_IsWhatSavedClassifiersRelyOn()
    {
        var options = new TokenNgramOptions { Length = 3, HashBits = 4, Shares = false };

        float[] counted = Count(options, [1, 6, 8, 3, 3, 2])[0];

        Assert.Equal(8 + 16 + 16, counted.Length);
        Assert.Equal([15, 16, 17, 18, 28, 37], Enumerable.Range(8, 32).Where(i => counted[i] > 0));
    }

    [Fact]
    public void SlotNames_NameEverySlot_AlsoOfALoadedModel()
    {
        var data = _ml.Data.LoadFromEnumerable([new Row { Keys = [1, 2] }]);
        var options = new TokenNgramOptions { SymbolBits = 2, Length = 2, Parts = 2, PerRow = true, TokensPerStep = 2, HashBits = 3 };
        var fitted = _ml.Transforms.ProduceTokenNgrams("Counts", "Keys", options).Fit(data);
        using var zip = new MemoryStream();
        _ml.Model.Save(fitted, data.Schema, zip);
        var loaded = new MLContext().Model.Load(zip, out _);

        VBuffer<ReadOnlyMemory<char>> before = default, after = default;
        fitted.Transform(data).Schema["Counts"].GetSlotNames(ref before);
        loaded.Transform(data).Schema["Counts"].GetSlotNames(ref after);

        string[] names = [.. before.DenseValues().Select(name => name.ToString())];
        Assert.Equal("part 1 row 1 bits 2-1 0", names[0]);
        Assert.Contains("part 2 row 2 bits 0-0 1 0", names);
        Assert.Contains("part 1 row 2 bits 2-1 2-gram hash 7", names);
        Assert.Equal(names.Length, names.Distinct().Count());
        Assert.Equal(names, after.DenseValues().Select(name => name.ToString()));
    }

    [Fact]
    public void Estimator_PromisesWhatTheTransformerGives()
    {
        var data = _ml.Data.LoadFromEnumerable([new Row()]);
        var estimator = _ml.Transforms.ProduceTokenNgrams("Counts", "Keys");

        var promised = estimator.GetOutputSchema(SchemaShape.Create(data.Schema)).Single(c => c.Name == "Counts");
        var given = SchemaShape.Create(estimator.Fit(data).GetOutputSchema(data.Schema)).Single(c => c.Name == "Counts");

        Assert.Equal((given.Kind, given.ItemType, given.IsKey), (promised.Kind, promised.ItemType, promised.IsKey));
        Assert.Equal(given.Annotations.Select(a => a.Name), promised.Annotations.Select(a => a.Name));
    }

    [Fact]
    public void BadOptions_AreNamed()
    {
        var data = _ml.Data.LoadFromEnumerable([new Row()]);

        Assert.Contains("Length", Refused(new TokenNgramOptions { Length = 9 }));
        Assert.Contains("SymbolBits", Refused(new TokenNgramOptions { SymbolBits = 0 }));
        Assert.Contains("Parts", Refused(new TokenNgramOptions { Parts = 0 }));
        Assert.Contains("HashBits", Refused(new TokenNgramOptions { HashBits = 21 }));
        Assert.Contains("TokensPerStep", Refused(new TokenNgramOptions { TokensPerStep = 0 }));
        var large = _ml.Transforms.ProduceTokenNgrams("Counts", "Keys", new() { Length = 8, HashBits = 20, Parts = 1000 });
        Assert.Contains("16777216", Assert.ThrowsAny<ArgumentException>(() => large.Fit(data).Transform(data).Schema).Message);

        string Refused(TokenNgramOptions options) =>
            Assert.Throws<ArgumentOutOfRangeException>(() => _ml.Transforms.ProduceTokenNgrams("Counts", "Keys", options)).Message;
    }

    private float[][] Count(TokenNgramOptions options, params uint[][] rows)
    {
        var data = _ml.Data.LoadFromEnumerable(rows.Select(keys => new Row { Keys = keys }));
        return [.. _ml.Transforms.ProduceTokenNgrams("Counts", "Keys", options).Fit(data).Transform(data).GetColumn<float[]>("Counts")];
    }

    private sealed class Row
    {
        [KeyType(8)]
        public uint[] Keys { get; set; } = [];
    }
}
