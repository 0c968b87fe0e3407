using Microsoft.ML;
using Microsoft.ML.Data;

namespace AudioBsq.Tests.Estimators;

/// <summary>A tokenizer's column of latents.</summary>
[NoTensorLeaks]
public sealed class LatentsColumnTests : IDisposable
{
    private readonly MLContext _ml = new(seed: 1);
    private readonly AudioBsqModel _model = MelData.Model();
    private readonly List<MelRow> _rows = MelData.Rows(6, MelData.Lengths);

    public void Dispose() => _model.Dispose();

    [Theory, InlineData(null, 1), InlineData("Frames", 4), InlineData(null, 16)]
    public void Latents_AreTheModels_BesideTheSameTokens(string? frameCount, int batchSize)
    {
        var estimator = _ml.Transforms.TokenizeAudio("Tokens", "Mel", _model, frameCount, batchSize, latentsColumnName: "Latents");
        using var tokenizer = estimator.Fit(_ml.View(_rows));

        var output = tokenizer.Transform(_ml.View(_rows));

        AssertLatents(output);
        Assert.Equal(_rows.Select(row => _model.Encode(row.Mel).Length), output.GetColumn<uint[]>("Tokens").Select(keys => keys.Length));
        if (frameCount is not null) MelData.AssertTokens(_model, _rows, _ml.Tokens(output));
    }

    [Fact]
    public void Latents_LoadAsTheyWere()
    {
        using var tokenizer = _ml.Transforms.TokenizeAudio("Tokens", "Mel", _model, latentsColumnName: "Latents").Fit(_ml.View(_rows));
        using var file = new MemoryStream();
        _ml.Model.Save(tokenizer, _ml.View(_rows).Schema, file);

        var loaded = new MLContext().Model.Load(file, out _);

        AssertLatents(loaded.Transform(_ml.View(_rows)));
        loaded.DisposeAll();
    }

    [Theory, InlineData(0), InlineData(10)]
    public void Type_IsAVectorOfPositionsByDimension(int frames)
    {
        using var tokenizer = _ml.Transforms.TokenizeAudio("Tokens", "Mel", _model, latentsColumnName: "Latents").Fit(_ml.View(_rows));
        var input = new DataViewSchema.Builder();
        input.AddColumn("Mel", new VectorDataViewType(NumberDataViewType.Single, frames, 16));

        var type = tokenizer.GetOutputSchema(input.ToSchema())["Latents"].Type;

        int[] expected = [(frames + 3) / 4 * 2, 9];
        Assert.Equal(expected, Assert.IsType<VectorDataViewType>(type).Dimensions);
    }

    [Fact]
    public void OtherTokenizers_HaveNone()
    {
        using var tokenizer = _ml.Tokenizer(_model);

        Assert.Equal(["Tokens", "Frames"], tokenizer.GetOutputSchema(_ml.View(_rows).Schema).Select(column => column.Name).TakeLast(2));
    }

    // Rows that run together differ from rows that run alone by rounding.
    private void AssertLatents(IDataView output)
    {
        foreach (var (row, latents) in _rows.Zip(output.GetColumn<float[]>("Latents")))
            Close.To(_model.EncodeLatents(row.Mel), latents, 1e-4, row.Name);
    }
}
