using AudioBsq.MLNet;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace AudioBsq.Tests.Estimators;

/// <summary>A mel spectrogram, as a row.</summary>
public sealed class MelRow
{
    public int Number { get; set; }

    public string Name { get; set; } = "";

    public float[] Mel { get; set; } = [];
}

/// <summary>What tokenizers and reconstructors give.</summary>
public sealed class TokenRow
{
    public int Number { get; set; }

    public string Name { get; set; } = "";

    /// <summary>Raw keys: tokens plus 1.</summary>
    public uint[] Tokens { get; set; } = [];

    public int Frames { get; set; }

    public float[] Reconstructed { get; set; } = [];
}

/// <summary>Rows of small spectrograms, and what models make of them.</summary>
internal static class MelData
{
    /// <summary>Lengths on both sides of a patch (4 frames) and of a window (32 frames).</summary>
    public static readonly int[] Lengths = [32, 0, 17, 100, 32, 5, 64, 17, 1, 96, 31, 33, 4, 3, 70, 32, 12, 0, 40, 32, 8];

    /// <summary>One row for each length.</summary>
    public static List<MelRow> Rows(int seed, params int[] frames) =>
        [.. Small.Mels(seed, frames).Select((mel, i) => new MelRow { Number = i, Name = $"row {i}", Mel = mel })];

    /// <summary>A view of rows that can be shuffled. Its mel column does not say how it was made.</summary>
    public static IDataView View(this MLContext ml, IList<MelRow> rows) => ml.Transforms.Environment().Rows(rows);

    /// <summary>A view whose rows count themselves when they are read, and are read one by one.</summary>
    public static IDataView Counted(
        this MLContext ml, IEnumerable<MelRow> rows, Action<MelRow> read) => ml.Data.LoadFromEnumerable(rows.Select(row =>
    {
        read(row);
        return row;
    }));

    /// <summary>The same rows in a mel column that says how it was made.</summary>
    public static IDataView Annotated(this MLContext ml, IDataView rows) => new Annotated(rows);

    public static AudioBsqModel Model(int seed = 5) => AudioBsqModel.Create(Small.Options, Small.Mel, seed, "cpu");

    /// <summary>A tokenizer of a model with random weights, with a frame count column.</summary>
    public static AudioTokenizerTransformer Tokenizer(this MLContext ml, AudioBsqModel model, int batchSize = 16) =>
        ml.Transforms.TokenizeAudio("Tokens", "Mel", model, frameCountColumnName: "Frames", batchSize)
            .Fit(ml.View(Rows(1, 4)));

    public static List<TokenRow> Tokens(this MLContext ml, IDataView data) =>
        [.. ml.Data.CreateEnumerable<TokenRow>(data, reuseRowObject: false, ignoreMissingColumns: true)];

    /// <summary>Every row has what the model itself gives for its spectrogram.</summary>
    public static void AssertTokens(AudioBsqModel model, IReadOnlyList<MelRow> rows, IEnumerable<TokenRow> actual)
    {
        var found = actual.OrderBy(row => row.Number).ToList();
        Assert.Equal(rows.Select(row => (row.Number, row.Name)), found.Select(row => (row.Number, row.Name)));
        foreach (var (row, tokens) in rows.Zip(found))
        {
            Assert.Equal(model.Encode(row.Mel).Select(token => (uint)token + 1), tokens.Tokens);
            Assert.Equal(row.Mel.Length / Small.Mel.Bands, tokens.Frames);
        }
    }
}

/// <summary>A view whose column Mel carries <see cref="Small.Mel"/>.</summary>
internal sealed class Annotated : IDataView
{
    private readonly IDataView _rows;

    public Annotated(IDataView rows)
    {
        _rows = rows;
        var builder = new DataViewSchema.Builder();
        foreach (var column in rows.Schema)
        {
            if (column.Name == "Mel") builder.AddColumns([AudioColumn.OfMels("Mel", Small.Mel)]);
            else builder.AddColumn(column.Name, column.Type, column.Annotations);
        }

        Schema = builder.ToSchema();
    }

    public DataViewSchema Schema { get; }

    public bool CanShuffle => _rows.CanShuffle;

    public long? GetRowCount() => _rows.GetRowCount();

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null) =>
        new Cursor(this, _rows.GetRowCursor(columnsNeeded.Select(column => _rows.Schema[column.Index]), rand));

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) =>
        [GetRowCursor(columnsNeeded, rand)];

    private sealed class Cursor(Annotated view, DataViewRowCursor rows) : DataViewRowCursor
    {
        public override DataViewSchema Schema => view.Schema;

        public override long Position => rows.Position;

        public override long Batch => rows.Batch;

        public override bool MoveNext() => rows.MoveNext();

        public override bool IsColumnActive(DataViewSchema.Column column) => rows.IsColumnActive(rows.Schema[column.Index]);

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) =>
            rows.GetGetter<TValue>(rows.Schema[column.Index]);

        public override ValueGetter<DataViewRowId> GetIdGetter() => rows.GetIdGetter();

        protected override void Dispose(bool disposing)
        {
            if (disposing) rows.Dispose();
            base.Dispose(disposing);
        }
    }
}
