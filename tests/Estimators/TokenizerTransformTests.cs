using AudioBsq.Tests.Featurizers.Interop;
using Microsoft.ML;
using Microsoft.ML.Data;
using TorchSharp;

namespace AudioBsq.Tests.Estimators;

/// <summary>A row's tokens are those that the model gives for it alone, however the rows come to it.</summary>
[NoTensorLeaks]
public sealed class TokenizerTransformTests : IDisposable
{
    private readonly MLContext _ml = new(seed: 1);
    private readonly AudioBsqModel _model = MelData.Model();
    private readonly List<MelRow> _rows = MelData.Rows(6, MelData.Lengths);

    public void Dispose() => _model.Dispose();

    [Theory, InlineData(1), InlineData(2), InlineData(16), InlineData(64)]
    public void Tokens_DoNotDependOnTheBatchSize(int batchSize)
    {
        using var tokenizer = _ml.Tokenizer(_model, batchSize);

        MelData.AssertTokens(_model, _rows, _ml.Tokens(tokenizer.Transform(_ml.View(_rows))));
    }

    [Fact]
    public void WithBatchSize_SharesTheModelAndChangesNoToken()
    {
        var tokenizer = _ml.Tokenizer(_model, 16);
        using var one = tokenizer.WithBatchSize(1);
        tokenizer.Dispose();

        Assert.Same(_model, one.Model);
        MelData.AssertTokens(_model, _rows, _ml.Tokens(one.Transform(_ml.View(_rows))));
    }

    [Theory, InlineData(1, 1), InlineData(4, 1), InlineData(1, 16), InlineData(4, 16)]
    public void Tokens_DoNotDependOnTheNumberOfCursors(int cursors, int batchSize)
    {
        int threads = torch.get_num_threads();
        torch.set_num_threads(1);
        try
        {
            using var tokenizer = _ml.Tokenizer(_model, batchSize);
            var view = tokenizer.Transform(new SplittableView(_ml.View(_rows), defaultCursors: 1));

            var set = view.GetRowCursorSet(view.Schema, cursors);

            Assert.Equal(Math.Min(cursors, Environment.ProcessorCount), set.Length);
            var found = new List<TokenRow>[set.Length];
            var errors = new Exception?[set.Length];
            var readers = set.Select((cursor, i) => new Thread(() =>
            {
                try
                {
                    found[i] = Read(cursor);
                }
                catch (Exception error)
                {
                    errors[i] = error;
                }
            })).ToList();
            readers.ForEach(reader => reader.Start());
            readers.ForEach(reader => reader.Join());
            Assert.All(errors, Assert.Null);
            MelData.AssertTokens(_model, _rows, found.SelectMany(rows => rows));
        }
        finally
        {
            torch.set_num_threads(threads);
        }
    }

    [Fact]
    public void ManyThreadsOfTorch_AreOneCursor()
    {
        int threads = torch.get_num_threads();
        torch.set_num_threads(2);
        try
        {
            using var tokenizer = _ml.Tokenizer(_model);
            var view = tokenizer.Transform(new SplittableView(_ml.View(_rows), defaultCursors: 4));

            var set = view.GetRowCursorSet(view.Schema, 4);
            var names = view.GetRowCursorSet([view.Schema["Name"]], 4);

            MelData.AssertTokens(_model, _rows, Read(Assert.Single(set)));
            Assert.Equal(4, names.Length); // these run nothing
            foreach (var cursor in names) cursor.Dispose();
        }
        finally
        {
            torch.set_num_threads(threads);
        }
    }

    [Fact]
    public void Tokens_StayWithTheirRows_WhenRowsAreShuffled()
    {
        using var tokenizer = _ml.Tokenizer(_model, 4);
        var output = tokenizer.Transform(_ml.View(_rows));
        Assert.True(output.CanShuffle);

        var cursorOrder = Read(output.GetRowCursor(output.Schema, new Random(5)));
        var before = _ml.Tokens(tokenizer.Transform(_ml.Data.ShuffleRows(_ml.View(_rows), seed: 5)));
        var after = _ml.Tokens(_ml.Data.ShuffleRows(output, seed: 5));

        foreach (var rows in new[] { cursorOrder, before, after })
        {
            Assert.NotEqual(_rows.Select(row => row.Number), rows.Select(row => row.Number));
            MelData.AssertTokens(_model, _rows, rows);
        }
    }

    [Fact]
    public void Cache_KeepsTokens()
    {
        using var tokenizer = _ml.Tokenizer(_model, 4);
        var cached = _ml.Data.Cache(tokenizer.Transform(_ml.View(_rows)));

        MelData.AssertTokens(_model, _rows, _ml.Tokens(cached));
        MelData.AssertTokens(_model, _rows, _ml.Tokens(cached));
    }

    [Theory, InlineData(1), InlineData(16)]
    public void OtherColumns_NeitherReadTheMelNorRunTheModel(int batchSize)
    {
        using var tokenizer = _ml.Tokenizer(_model, batchSize);
        _rows[3].Mel = [float.NaN]; // would be refused
        var output = tokenizer.Transform(_ml.View(_rows));

        Assert.Equal(_rows.Select(row => row.Name), output.GetColumn<string>("Name"));
        Assert.Throws<InvalidDataException>(() => output.GetColumn<uint[]>("Tokens").Count());
    }

    [Fact]
    public void FirstRow_PaysForNoFullBatch()
    {
        using var tokenizer = _ml.Tokenizer(_model, 16);
        int read = 0;

        var first = _ml.Tokens(_ml.Data.TakeRows(tokenizer.Transform(_ml.Counted(_rows, _ => read++)), 1));

        MelData.AssertTokens(_model, _rows[..1], first);
        Assert.InRange(read, 1, 3); // the next batch, of two rows, is read ahead
    }

    [Fact]
    public void Type_IsAVectorOfKeysByBits()
    {
        using var tokenizer = _ml.Tokenizer(_model);

        var type = Assert.IsType<VectorDataViewType>(tokenizer.GetOutputSchema(_ml.View(_rows).Schema)["Tokens"].Type);

        Assert.False(type.IsKnownSize);
        Assert.Equal(new KeyDataViewType(typeof(uint), 512), type.ItemType);
    }

    [Fact]
    public void CodesOfMoreThan30Bits_AreSeveralKeys()
    {
        using var model = AudioBsqModel.Create(Small.Options with { Quantizer = new() { Bits = 36 } }, Small.Mel, device: "cpu");
        using var tokenizer = _ml.Tokenizer(model);
        using var reconstructor = tokenizer.CreateReconstructor("Reconstructed", frameCountColumnName: "Frames");

        var data = reconstructor.Transform(tokenizer.Transform(_ml.View(_rows)));

        MelData.AssertTokens(model, _rows, _ml.Tokens(data));
        Assert.Equal(_rows.Select(row => row.Mel.Length), _ml.Tokens(data).Select(row => row.Reconstructed.Length));
    }

    [Fact]
    public void OneRowAtATime_GivesTheSame()
    {
        using var tokenizer = _ml.Tokenizer(_model);
        using var engine = _ml.Model.CreatePredictionEngine<MelRow, TokenRow>(
            tokenizer, new PredictionEngineOptions { OwnsTransformer = false });

        MelData.AssertTokens(_model, _rows, _rows.Select(engine.Predict));
    }

    private static List<TokenRow> Read(DataViewRowCursor cursor)
    {
        using var _ = cursor;
        var schema = cursor.Schema;
        var (number, name) = (cursor.GetGetter<int>(schema["Number"]), cursor.GetGetter<ReadOnlyMemory<char>>(schema["Name"]));
        var (tokens, frames) = (cursor.GetGetter<VBuffer<uint>>(schema["Tokens"]), cursor.GetGetter<int>(schema["Frames"]));
        var rows = new List<TokenRow>();
        VBuffer<uint> keys = default;
        ReadOnlyMemory<char> text = default;
        while (cursor.MoveNext())
        {
            int n = 0, length = 0;
            number(ref n);
            name(ref text);
            tokens(ref keys);
            frames(ref length);
            rows.Add(new TokenRow { Number = n, Name = text.ToString(), Tokens = [.. keys.DenseValues()], Frames = length });
        }

        return rows;
    }
}
