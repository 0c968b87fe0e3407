using AudioBsq.Quantization;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace AudioBsq.Tests.Estimators;

/// <summary>Token columns have key values, the tokens themselves, so that ML.NET's conversions take them.</summary>
[NoTensorLeaks]
public class TokenValueTests
{
    private readonly MLContext _ml = new(seed: 1);
    private readonly List<MelRow> _rows = MelData.Rows(6, 32, 17, 0);

    [Fact]
    public void MapKeyToValue_GivesTokensFromZero_AndConvertTypeNumbers()
    {
        using var model = MelData.Model();
        var data = _ml.View(_rows);
        var pipeline = _ml.Transforms.TokenizeAudio("Keys", "Mel", model)
            .Append(_ml.Transforms.Conversion.MapKeyToValue("Tokens", "Keys"))
            .Append(_ml.Transforms.Conversion.ConvertType("Numbers", "Tokens", DataKind.Single));
        using var fitted = pipeline.Fit(data);
        using var file = new MemoryStream();
        _ml.Model.Save(fitted, data.Schema, file);

        var output = fitted.Transform(data);

        var tokens = _rows.Select(row => model.Encode(row.Mel)).ToList();
        Assert.Equal(tokens, output.GetColumn<int[]>("Tokens"));
        Assert.Equal(tokens.Select(row => row.Select(token => (float)token)), output.GetColumn<float[]>("Numbers"));
        var loaded = _ml.Model.Load(file, out _);
        Assert.Equal(tokens, loaded.Transform(data).GetColumn<int[]>("Tokens"));
        loaded.DisposeAll();
    }

    [Fact]
    public void KeyValues_FollowTheColumn_ThroughCacheAndFile()
    {
        using var model = MelData.Model();
        using var tokenizer = _ml.Tokenizer(model);
        var tokens = tokenizer.Transform(_ml.View(_rows));
        using var file = new MemoryStream();
        _ml.Model.Save(_ml.Transforms.CopyColumns("Copy", "Tokens").Fit(tokens), tokens.Schema, file);

        _ml.Model.Load(file, out var saved);

        foreach (var schema in new[] { _ml.Data.Cache(tokens).Schema, saved })
        {
            VBuffer<int> values = default;
            schema["Tokens"].GetKeyValues(ref values);
            Assert.Equal(Enumerable.Range(0, 512), values.DenseValues());
        }
    }

    [Theory, InlineData(18, true), InlineData(30, false)]
    public void KeyValues_AreMadeWhenAskedFor_AndNotOfHugeKeys(int bits, bool has)
    {
        using var model = AudioBsqModel.Create(
            Small.Options with { Quantizer = new QuantizerOptions { Bits = bits, GroupSize = bits / 2 } }, Small.Mel, device: "cpu");
        var data = _ml.View(_rows);
        using var tokenizer = _ml.Transforms.TokenizeAudio("Tokens", "Mel", model).Fit(data);
        _ = tokenizer.GetOutputSchema(data.Schema);

        long before = GC.GetAllocatedBytesForCurrentThread();
        var column = tokenizer.GetOutputSchema(data.Schema)["Tokens"];
        long after = GC.GetAllocatedBytesForCurrentThread();

        Assert.InRange(after - before, 0, 200_000);
        Assert.Equal(new KeyDataViewType(typeof(uint), 1UL << bits), ((VectorDataViewType)column.Type).ItemType);
        Assert.Equal(has, column.Annotations.Schema.GetColumnOrNull("KeyValues") is not null);
    }
}
