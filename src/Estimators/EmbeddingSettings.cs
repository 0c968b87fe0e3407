using Microsoft.ML;

namespace AudioBsq.MLNet;

/// <summary>Columns, kind of embedding and batch size; saved with the transformer.</summary>
internal sealed record EmbeddingSettings(string Output, string Input, EmbeddingOptions Embedding, int BatchSize)
{
    public ColumnNames Names => new(Output, Input);

    public void Validate()
    {
        Names.Validate();
        ArgumentNullException.ThrowIfNull(Embedding);
        Embedding.Validate();
        TokenizerColumns.CheckBatchSize(BatchSize);
    }

    /// <summary>The column of embeddings by a model.</summary>
    public DataViewSchema.DetachedColumn Column(AudioBsqOptions model) =>
        SlotNames.Column(Output, Embedding.SizeOf(model), () => SlotNamesOf(model));

    // In the order of EmbeddingOptions.
    private IEnumerable<string> SlotNamesOf(AudioBsqOptions model) =>
        from part in SlotNames.Apart(Embedding.Parts > 1, "part", Embedding.Parts)
        from row in SlotNames.Apart(Embedding.PerRow, "row", model.PatchesPerStep)
        from what in Embedding.Deviation ? (string[])["mean", "deviation"] : ["mean"]
        from channel in Enumerable.Range(0, model.Encoder.Width)
        select $"{part}{row}{what} {channel}";
}
