using Microsoft.ML;
using Microsoft.ML.Runtime;

namespace AudioBsq.MLNet;

/// <summary>
/// Turns mel spectrograms of any length into vectors of one size, by the encoder of a trained model; made by
/// <c>mlContext.Transforms.ExtractAudioEmbedding</c>.
/// </summary>
/// <remarks>
/// |  |  |
/// | -- | -- |
/// | Does this estimator need to look at the data to train its parameters? | No |
/// | Input column data type | Vector of <see cref="System.Single"/>, (frames, bands) row by row: a mel spectrogram |
/// | Output column data type | Vector of <see cref="System.Single"/> of known size (<see cref="EmbeddingOptions.SizeOf"/>) |
/// | Exportable to ONNX | No |
///
/// Trainers take the vectors as they are; linear ones learn best behind <c>NormalizeMeanVariance</c> with <c>fixZero: false</c>. A clip
/// without frames gives zeros.
/// </remarks>
public sealed class AudioEmbeddingEstimator : AudioEstimator<AudioEmbeddingTransformer>
{
    private readonly EmbeddingSettings _settings;
    private readonly SharedResource<AudioBsqModel>.Lease _model;

    /// <param name="environment">Where the component registers its host.</param>
    /// <param name="settings">Columns and kind of embedding.</param>
    /// <param name="model">A hold on the model, which stays its owner's to end.</param>
    internal AudioEmbeddingEstimator(IHostEnvironment environment, EmbeddingSettings settings, SharedResource<AudioBsqModel>.Lease model)
        : base(environment)
    {
        settings.Validate();
        settings.Embedding.SizeOf(model.Value.Options);
        ModelEntry.Require(model.Value, ModelParts.Encoder);
        (_settings, _model) = (settings, model);
    }

    private protected override IReadOnlyList<DataViewSchema.DetachedColumn> Outputs(SchemaShape input)
    {
        ColumnRule.SingleVector.Find(Host, input, _settings.Input);
        return [_settings.Column(_model.Value.Options)];
    }

    private protected override AudioEmbeddingTransformer FitCore(IDataView input) => new(Host, _settings, _model.Borrow());
}
