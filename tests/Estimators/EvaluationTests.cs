using Microsoft.ML;
using Microsoft.ML.Data;

namespace AudioBsq.Tests.Estimators;

public class EvaluationTests
{
    private readonly MLContext _ml = new(seed: 1);

    [Fact]
    public void Metrics_AreThoseWorkedByHand()
    {
        // 2 bands; clips of 2 frames and of 1; tokens of 2 bits; the first reconstruction reaches beyond its clip
        var data = Data(
            new Row { Mel = [-10, -20, -30, -40], Reconstructed = [-11, -18, -30, -44, -80, -80], Tokens = [1, 4] },
            new Row { Mel = [0, -80], Reconstructed = [-1, -80], Tokens = [4, 4] },
            new Row());

        var metrics = _ml.Data.EvaluateAudioReconstruction(data);

        Assert.Equal(2, metrics.Clips);
        Assert.Equal(3, metrics.Frames);
        Assert.Equal((1 + 2 + 0 + 4 + 1 + 0) / 6.0, metrics.MeanAbsoluteError, 12);
        Assert.Equal((1 + 4 + 0 + 16 + 1 + 0) / 6.0, metrics.MeanSquaredError, 12);
        Assert.Equal((2, 4, 2), (metrics.Codes.Bits, metrics.Codes.Positions, metrics.Codes.DistinctCodes));
        // token 0 once, token 3 three times
        Assert.Equal(-(0.25 * Math.Log2(0.25) + 0.75 * Math.Log2(0.75)), metrics.Codes.JointEntropy, 12);
        Assert.Equal(0.5, metrics.Codes.Usage);
        Assert.Equal(1, metrics.Codes.MeanBitCorrelation, 12);
    }

    [Fact, NoTensorLeaks]
    public void Metrics_AreTheModelsOwn()
    {
        using var model = MelData.Model();
        var rows = MelData.Rows(6, MelData.Lengths);
        using var tokenizer = _ml.Tokenizer(model);
        using var reconstructor = tokenizer.CreateReconstructor("Reconstructed");
        var data = reconstructor.Transform(tokenizer.Transform(_ml.Annotated(_ml.View(rows))));

        var metrics = _ml.Data.EvaluateAudioReconstruction(data, "Mel", "Reconstructed", "Tokens");

        var expected = model.Evaluate(rows.Select(row => row.Mel));
        Assert.Equal(
            (expected.Clips, expected.Frames, expected.Codes.DistinctCodes, expected.Codes.Positions),
            (metrics.Clips, metrics.Frames, metrics.Codes.DistinctCodes, metrics.Codes.Positions));
        Assert.Equal(expected.MeanAbsoluteError, metrics.MeanAbsoluteError, 4);
        Assert.Equal(expected.MeanSquaredError, metrics.MeanSquaredError, 2);
    }

    [Fact]
    public void WrongRows_AreNamed()
    {
        InvalidDataException Error(params Row[] rows) =>
            Assert.Throws<InvalidDataException>(() => _ml.Data.EvaluateAudioReconstruction(Data(rows)));
        var good = new Row { Mel = [-1, -2], Reconstructed = [-1, -2], Tokens = [1] };

        Assert.Contains(
            "Row 1: the reconstruction has 2 numbers, its original 4",
            Error(good, new Row { Mel = [1, 2, 3, 4], Reconstructed = [1, 2], Tokens = [1] }).Message);
        Assert.Contains(
            "Row 1 of column 'Reconstructed' holds NaN",
            Error(good, new Row { Mel = [1, 2], Reconstructed = [1, float.NaN], Tokens = [1] }).Message);
        Assert.Contains(
            "Row 0 of column 'Mel' has 3 numbers", Error(new Row { Mel = [1, 2, 3], Reconstructed = [1, 2, 3, 4], Tokens = [1] }).Message);
        Assert.Contains(
            "Row 0 of column 'Tokens' has a missing token at position 1",
            Error(new Row { Mel = [1, 2], Reconstructed = [1, 2], Tokens = [1, 0] }).Message);
        Assert.Contains(
            "no frames", Assert.Throws<InvalidOperationException>(() => _ml.Data.EvaluateAudioReconstruction(Data(new Row()))).Message);
    }

    [Fact]
    public void WrongColumns_AreNamed()
    {
        var data = Data(new Row { Mel = [1, 2], Reconstructed = [1, 2], Tokens = [1] });
        ArgumentException Error(string mel, string reconstructed, string tokens) =>
            Assert.ThrowsAny<ArgumentException>(() => _ml.Data.EvaluateAudioReconstruction(data, mel, reconstructed, tokens));

        Assert.Contains("'Absent'", Error("Absent", "Reconstructed", "Tokens").Message);
        Assert.Contains("'Tokens'", Error("Mel", "Tokens", "Tokens").Message);
        Assert.Contains("Key<UInt32>", Error("Mel", "Reconstructed", "Mel").Message);
        Assert.Contains("2^bits", Error("Mel", "Reconstructed", "Fives").Message);
        Assert.Throws<ArgumentNullException>(() => _ml.Data.EvaluateAudioReconstruction(null!));
    }

    private IDataView Data(params Row[] rows)
    {
        var schema = SchemaDefinition.Create(typeof(Row));
        schema["Mel"].ColumnType = new VectorDataViewType(NumberDataViewType.Single, 0, 2);
        return _ml.Data.LoadFromEnumerable(rows, schema);
    }

    private sealed class Row
    {
        public float[] Mel { get; set; } = [];

        public float[] Reconstructed { get; set; } = [];

        [KeyType(4)]
        public uint[] Tokens { get; set; } = [];

        [KeyType(5)]
        public uint[] Fives { get; set; } = [];
    }
}
