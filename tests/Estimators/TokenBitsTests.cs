using Microsoft.ML;
using Microsoft.ML.Data;

namespace AudioBsq.Tests.Estimators;

[WithoutTorch]
public class TokenBitsTests
{
    private readonly MLContext _ml = new(seed: 1);

    [Fact]
    public void Bits_AreHighestFirst_AndMissingTokensNoNumbers()
    {
        var data = _ml.Data.LoadFromEnumerable([new Row { Keys = [1, 6, 8] }, new Row { Keys = [0, 2] }, new Row()]);

        var bits = _ml.Transforms.MapTokensToBits("Bits", "Keys").Fit(data).Transform(data).GetColumn<float[]>("Bits").ToList();

        Assert.Equal([0, 0, 0, 1, 0, 1, 1, 1, 1], bits[0]); // tokens 0, 5 and 7
        Assert.Equal([float.NaN, float.NaN, float.NaN, 0, 0, 1], bits[1]);
        Assert.Empty(bits[2]);
    }

    [Fact]
    public void Estimator_PromisesWhatTheTransformerGives()
    {
        var data = _ml.Data.LoadFromEnumerable([new Row()]);
        foreach (string column in new[] { "Keys", "Pair" })
        {
            var estimator = _ml.Transforms.MapTokensToBits("Bits", column);

            var promised = estimator.GetOutputSchema(SchemaShape.Create(data.Schema)).Single(c => c.Name == "Bits");
            var given = SchemaShape.Create(estimator.Fit(data).GetOutputSchema(data.Schema)).Single(c => c.Name == "Bits");

            Assert.Equal((given.Kind, given.ItemType, given.IsKey), (promised.Kind, promised.ItemType, promised.IsKey));
        }
    }

    [Fact]
    public void Slots_HaveNames_WhereTheirNumberIsKnown()
    {
        var data = _ml.Data.LoadFromEnumerable([new Row()]);
        VBuffer<ReadOnlyMemory<char>> names = default;

        _ml.Transforms.MapTokensToBits("Bits", "Pair").Fit(data).Transform(data).Schema["Bits"].GetSlotNames(ref names);

        Assert.Equal(
            ["token 0 bit 2", "token 0 bit 1", "token 0 bit 0", "token 1 bit 2", "token 1 bit 1", "token 1 bit 0"],
            names.DenseValues().Select(name => name.ToString()));
        Assert.False(_ml.Transforms.MapTokensToBits("Bits", "Keys").Fit(data).Transform(data).Schema["Bits"].HasSlotNames());
    }

    [Fact]
    public void WrongColumn_IsNamed()
    {
        var data = _ml.Data.LoadFromEnumerable([new Row()]);

        Assert.Contains(
            "vector of Key<UInt32>",
            Assert.ThrowsAny<ArgumentException>(() => _ml.Transforms.MapTokensToBits("Bits", "Plain").Fit(data)).Message);
        Assert.Contains(
            "2^bits", Assert.ThrowsAny<ArgumentException>(() => _ml.Transforms.MapTokensToBits("Bits", "Seven").Fit(data)).Message);
        Assert.Contains("'Bits'", Assert.ThrowsAny<ArgumentException>(() => _ml.Transforms.MapTokensToBits("Bits").Fit(data)).Message);
    }

    private sealed class Row
    {
        [KeyType(8)]
        public uint[] Keys { get; set; } = [];

        [KeyType(8), VectorType(2)]
        public uint[] Pair { get; set; } = [1, 2];

        [KeyType(7)]
        public uint[] Seven { get; set; } = [];

        public uint[] Plain { get; set; } = [];
    }
}
