using AudioBsq.MLNet;
using Microsoft.ML;
using Microsoft.ML.Runtime;

[assembly: LoadableTransformer(typeof(AudioTokenizerTransformer), "AUDBSQTK", "AudioBsqTokenizer")]

namespace AudioBsq.MLNet;

/// <summary>
/// Adds a column of tokens to a column of mel spectrograms. Tokens do not depend on the batch size, on the other rows or on their order.
/// The weights live in native memory until this and every other transformer of them are disposed.
/// </summary>
public sealed class AudioTokenizerTransformer : AudioTransformer, ILoadableTransformer<AudioTokenizerTransformer>
{
    private readonly TokenizerColumns _columns;
    private readonly SharedResource<AudioBsqModel>.Lease _model;

    internal AudioTokenizerTransformer(IHostEnvironment environment, TokenizerColumns columns, SharedResource<AudioBsqModel>.Lease model)
        : base(environment, columns.Names, owned: model) => (_columns, _model) = (columns, model);

    /// <summary>The model, for use without ML.NET, as long as this transformer is not disposed.</summary>
    public AudioBsqModel Model => _model.Value;

    /// <summary>
    /// The transformer that turns tokens of this tokenizer back into mel spectrograms, without data to fit on. Both hold the same weights.
    /// </summary>
    /// <param name="outputColumnName">Name of the mel column that it adds.</param>
    /// <param name="inputColumnName">Name of the token column; this tokenizer's when null.</param>
    /// <param name="frameCountColumnName">
    /// Column (Int32) with the number of frames that each clip is cut to; whole patches are kept when null.
    /// </param>
    /// <exception cref="NotSupportedException">The model was saved without its decoder.</exception>
    public AudioReconstructionTransformer CreateReconstructor(
        string outputColumnName, string? inputColumnName = null, string? frameCountColumnName = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(outputColumnName);
        var columns = ReconstructorColumns(outputColumnName, inputColumnName, frameCountColumnName);
        columns.Validate();
        ModelEntry.Require(Model, ModelParts.Decoder);
        return new AudioReconstructionTransformer(Host, columns, _model.Borrow());
    }

    /// <summary>
    /// The same tokenizer with another number of rows per batch, 1 to 65,536. Both hold the same weights, and either can be disposed first.
    /// </summary>
    public AudioTokenizerTransformer WithBatchSize(int batchSize)
    {
        TokenizerColumns.CheckBatchSize(batchSize, nameof(batchSize));
        return new AudioTokenizerTransformer(Host, _columns with { BatchSize = batchSize }, _model.Borrow());
    }

    /// <summary>The estimator of <see cref="CreateReconstructor"/>.</summary>
    internal AudioReconstructionEstimator Reconstruct(
        IHostEnvironment environment, string outputColumnName, string? inputColumnName, string? frameCountColumnName) =>
        new(environment, ReconstructorColumns(outputColumnName, inputColumnName, frameCountColumnName), _model);

    /// <summary>An estimator of embeddings by the same weights.</summary>
    internal AudioEmbeddingEstimator Embed(IHostEnvironment environment, EmbeddingSettings settings) => new(environment, settings, _model);

    private TokenizerColumns ReconstructorColumns(string output, string? input, string? frameCount) =>
        new(output, input ?? OutputColumnName, frameCount, _columns.BatchSize);

    private protected override BatchMapper Bind(DataViewSchema input)
    {
        var model = Model;
        var column = MelRows.Find(Host, input, InputColumnName, model.Mel);
        int frames = VectorSize.Of(column) / MelRows.ValuesPerFrame(column, model.Mel);
        var outputs = TokenColumn.Outputs(_columns, model.Options, frames);
        return new BatchMapper(input, [column], outputs, (row, capacity) => new TokenizingSession(_model, _columns, row, column, capacity))
        {
            BatchSize = _columns.BatchSize,
            ReadsAhead = true,
            MaxCursors = model.Content.Engine.MaxConcurrency,
        };
    }

    private protected override void Save(ModelWriter writer)
    {
        writer.Options(_columns);
        ModelEntry.Save(writer, Model);
    }

    static AudioTokenizerTransformer ILoadableTransformer<AudioTokenizerTransformer>.Load(IHostEnvironment environment, ModelReader reader)
    {
        var columns = reader.Options<TokenizerColumns>(saved => saved.Validate());
        return new AudioTokenizerTransformer(environment, columns, ModelEntry.Load(environment, reader, ModelParts.Encoder));
    }
}
