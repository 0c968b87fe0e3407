using Microsoft.ML;
using Microsoft.ML.Data;

namespace AudioBsq.Tests.Estimators;

[NoTensorLeaks]
public sealed class ReconstructionTests : IDisposable
{
    private readonly MLContext _ml = new(seed: 1);
    private readonly AudioBsqModel _model = MelData.Model();
    private readonly List<MelRow> _rows = MelData.Rows(6, MelData.Lengths);

    public void Dispose() => _model.Dispose();

    [Theory, InlineData(1), InlineData(4), InlineData(16)]
    public void Rows_AreCutToTheirFrames_WhateverTheBatchSize(int batchSize)
    {
        using var tokenizer = _ml.Tokenizer(_model, batchSize);
        using var cut = tokenizer.CreateReconstructor("Reconstructed", frameCountColumnName: "Frames");
        using var whole = tokenizer.CreateReconstructor("Reconstructed");
        var tokens = tokenizer.Transform(_ml.View(_rows));

        var (cutRows, wholeRows) = (_ml.Tokens(cut.Transform(tokens)), _ml.Tokens(whole.Transform(tokens)));

        foreach (var (row, a, b) in _rows.Zip(cutRows, wholeRows))
        {
            float[] expected = _model.Decode(_model.Encode(row.Mel));
            Close.To(expected, b.Reconstructed, 1e-3, row.Name);
            Close.To(expected.AsSpan(0, row.Mel.Length), a.Reconstructed, 1e-3, row.Name);
        }
    }

    [Fact]
    public void HandMadeTokens_AreReconstructed()
    {
        using var tokenizer = _ml.Tokenizer(_model);
        using var reconstructor = tokenizer.CreateReconstructor("Reconstructed", "Keys");

        var data = reconstructor.Transform(_ml.Data.LoadFromEnumerable([new Row { Keys = [1, 512, 8, 9] }, new Row()]));

        Assert.Equal([_model.Decode(new[] { 0, 511, 7, 8 }), []], data.GetColumn<float[]>("Reconstructed"));
    }

    [Theory]
    [InlineData(new uint[] { 1, 0 }, "missing token at position 1"), InlineData(new uint[] { 1, 2, 3 }, "has 3 tokens, which is no multiple of the 2")]
    public void WrongTokens_AreNamed_AfterTheRowsBeforeThem(uint[] keys, string expected)
    {
        using var tokenizer = _ml.Tokenizer(_model);
        using var reconstructor = tokenizer.CreateReconstructor("Reconstructed", "Keys");
        var data = reconstructor.Transform(_ml.Data.LoadFromEnumerable([new Row { Keys = [1, 2] }, new Row { Keys = [1, 2] }, new Row { Keys = keys }, new Row()]));
        int served = 0;

        var error = Assert.Throws<InvalidDataException>(() =>
        {
            foreach (float[] _ in data.GetColumn<float[]>("Reconstructed")) served++;
        });

        Assert.Contains("Row 2 of column 'Keys'", error.Message);
        Assert.Contains(expected, error.Message);
        Assert.Equal(2, served);
    }

    [Fact]
    public void WrongFrameCounts_AreNamed()
    {
        using var tokenizer = _ml.Tokenizer(_model);
        using var reconstructor = tokenizer.CreateReconstructor("Reconstructed", "Keys", "Frames");
        string Error(int frames) => Assert.Throws<InvalidDataException>(() =>
            reconstructor.Transform(_ml.Data.LoadFromEnumerable([new Row { Keys = [1, 2], Frames = frames }])).GetColumn<float[]>("Reconstructed").Count()).Message;

        Assert.Contains("Row 0 asks for 5 frames; its 2 tokens hold 0 to 4", Error(5));
        Assert.Contains("asks for -1", Error(-1));
    }

    [Fact]
    public void WrongColumns_AreSchemaErrors()
    {
        using var tokenizer = _ml.Tokenizer(_model);
        var data = _ml.Data.LoadFromEnumerable([new Row()]);
        string Error(string tokens, string? frames = null)
        {
            using var reconstructor = tokenizer.CreateReconstructor("Reconstructed", tokens, frames);
            return Assert.ThrowsAny<ArgumentException>(() => reconstructor.Transform(data)).Message;
        }

        Assert.Contains("'Absent'", Error("Absent"));
        Assert.Contains("Key<UInt32, 0-511>", Error("Eights"));
        Assert.Contains("'Plain'", Error("Plain"));
        Assert.Contains("'Absent'", Error("Keys", "Absent"));
        Assert.Contains("Int32", Error("Keys", "Plain"));
    }

    private sealed class Row
    {
        [KeyType(512)]
        public uint[] Keys { get; set; } = [];

        [KeyType(8)]
        public uint[] Eights { get; set; } = [];

        public uint[] Plain { get; set; } = [];

        public int Frames { get; set; }
    }
}
