using AudioBsq.MLNet;
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
    [Trait("Speed", "Slow")]
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
    public void ReconstructAudio_IsWhatCreateReconstructorGives()
    {
        using var tokenizer = _ml.Tokenizer(_model, batchSize: 4);
        using var created = tokenizer.CreateReconstructor("Reconstructed", frameCountColumnName: "Frames");
        var tokens = tokenizer.Transform(_ml.View(_rows));
        var expected = _ml.Tokens(created.Transform(tokens)).Select(row => row.Reconstructed).ToList();

        using var ofTokenizer = _ml.Transforms.ReconstructAudio("Reconstructed", null, tokenizer, "Frames").Fit(tokens);
        using var ofModel = _ml.Transforms.ReconstructAudio("Reconstructed", "Tokens", _model, "Frames", batchSize: 4).Fit(tokens);

        Assert.Equal(("Tokens", "Reconstructed"), (ofTokenizer.InputColumnName, ofTokenizer.OutputColumnName));
        Assert.Equal(expected, _ml.Tokens(ofTokenizer.Transform(tokens)).Select(row => row.Reconstructed));
        Assert.Equal(expected, _ml.Tokens(ofModel.Transform(tokens)).Select(row => row.Reconstructed));
        Assert.Equal(Small.Mel, AudioColumn.TryGetMelOptions(ofModel.GetOutputSchema(tokens.Schema)["Reconstructed"]));
    }

    [Fact]
    public void ReconstructAudio_KeepsTheWeightsFromItsFit()
    {
        var tokenizer = DisposalTests.Trained(_ml, _rows, batchSize: 16, steps: 1);
        var tokens = _ml.Data.Cache(tokenizer.Transform(_ml.View(_rows)));
        _ = _ml.Tokens(tokens);
        var estimator = _ml.Transforms.ReconstructAudio("Reconstructed", "Tokens", tokenizer);
        using var fitted = estimator.Fit(tokens);

        tokenizer.Dispose();

        Assert.Equal(_rows.Count, _ml.Tokens(fitted.Transform(tokens)).Count);
        Assert.Throws<ObjectDisposedException>(() => estimator.Fit(tokens));
    }

    [Fact]
    public void ReconstructAudio_RefusesWhatDoesNotFit()
    {
        var tokens = _ml.Data.LoadFromEnumerable([new Row()]);
        string Error(string column, string? frames = null) => Assert.ThrowsAny<ArgumentException>(() =>
            _ml.Transforms.ReconstructAudio("Reconstructed", column, _model, frames).Fit(tokens)).Message;

        Assert.Contains("'Absent'", Error("Absent"));
        Assert.Contains("'Plain'", Error("Plain"));
        Assert.Contains("Key<UInt32, 0-511>", Error("Eights"));
        Assert.Contains("'Absent'", Error("Keys", "Absent"));
        Assert.Contains("FrameCount", Error("Keys", ""));
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
    [InlineData(new uint[] { 1, 0 }, "missing token at position 1")]
    [InlineData(new uint[] { 1, 2, 3 }, "has 3 tokens, which is no multiple of the 2")]
    public void WrongTokens_AreNamed_AfterTheRowsBeforeThem(uint[] keys, string expected)
    {
        using var tokenizer = _ml.Tokenizer(_model);
        using var reconstructor = tokenizer.CreateReconstructor("Reconstructed", "Keys");
        var data = reconstructor.Transform(
            _ml.Data.LoadFromEnumerable([new Row { Keys = [1, 2] }, new Row { Keys = [1, 2] }, new Row { Keys = keys }, new Row()]));
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
            reconstructor.Transform(_ml.Data.LoadFromEnumerable([new Row { Keys = [1, 2], Frames = frames }]))
                .GetColumn<float[]>("Reconstructed").Count()).Message;

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
