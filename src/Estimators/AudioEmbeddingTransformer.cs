using AudioBsq.MLNet;
using Microsoft.ML;
using Microsoft.ML.Runtime;

[assembly: LoadableTransformer(typeof(AudioEmbeddingTransformer), "AUDBSQEM", "AudioBsqEmbedding")]

namespace AudioBsq.MLNet;

/// <summary>
/// Adds a column of embeddings, vectors of one size, to a column of mel spectrograms. The batch size and the other rows change them by
/// rounding alone. The weights live in native memory until this and every other transformer of the same model are disposed.
/// </summary>
public sealed class AudioEmbeddingTransformer : AudioTransformer, ILoadableTransformer<AudioEmbeddingTransformer>
{
    private readonly EmbeddingSettings _settings;
    private readonly SharedResource<AudioBsqModel>.Lease _model;

    internal AudioEmbeddingTransformer(
        IHostEnvironment environment, EmbeddingSettings settings, SharedResource<AudioBsqModel>.Lease model)
        : base(environment, settings.Names, owned: model) => (_settings, _model) = (settings, model);

    /// <summary>
    /// The model, for use without ML.NET, as long as this transformer is not disposed. Loaded without a tokenizer, it can only encode.
    /// </summary>
    public AudioBsqModel Model => _model.Value;

    private protected override BatchMapper Bind(DataViewSchema input)
    {
        var model = Model;
        var column = MelRows.Find(Host, input, InputColumnName, model.Mel);
        return new BatchMapper(
            input,
            [column],
            [_settings.Column(model.Options)],
            (row, capacity) => new EmbeddingSession(_model, _settings.Embedding, row, column, capacity))
        {
            BatchSize = _settings.BatchSize,
            ReadsAhead = true,
            MaxCursors = model.Content.Engine.MaxConcurrency,
        };
    }

    private protected override void Save(ModelWriter writer)
    {
        writer.Options(_settings);
        ModelEntry.SaveEncoder(writer, Model);
    }

    static AudioEmbeddingTransformer ILoadableTransformer<AudioEmbeddingTransformer>.Load(IHostEnvironment environment, ModelReader reader)
    {
        var settings = reader.Options<EmbeddingSettings>(saved => saved.Validate());
        var model = ModelEntry.Load(environment, reader, ModelParts.Encoder);
        try
        {
            settings.Embedding.SizeOf(model.Value.Options);
        }
        catch (ArgumentException cause)
        {
            model.Dispose();
            throw reader.Damaged(cause.Message, cause);
        }

        return new AudioEmbeddingTransformer(environment, settings, model);
    }
}
