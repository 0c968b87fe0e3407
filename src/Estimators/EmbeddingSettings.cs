using Microsoft.ML;
using Microsoft.ML.Data;

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
        new(Output, new VectorDataViewType(NumberDataViewType.Single, Embedding.SizeOf(model)));
}
