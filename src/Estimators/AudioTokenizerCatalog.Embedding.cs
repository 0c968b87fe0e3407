using AudioBsq;
using AudioBsq.MLNet;

namespace Microsoft.ML;

public static partial class AudioTokenizerCatalog
{
    /// <summary>Turns a mel column into vectors of one size, for any trainer, by a model's encoder.</summary>
    /// <param name="catalog">The transforms catalog.</param>
    /// <param name="outputColumnName">
    /// Column to add, <c>Vector&lt;Single&gt;</c> of <see cref="EmbeddingOptions.SizeOf"/> values, whatever the length of a clip.
    /// </param>
    /// <param name="inputColumnName">Mel column, made as the model's training data was; that of the output when null.</param>
    /// <param name="model">The model, which stays the caller's to dispose, after the last use of the pipeline.</param>
    /// <param name="options">Which features, and how they are pooled; mean and deviation of the last block's when null.</param>
    /// <param name="batchSize">Rows that go through the network together, 1 to 65,536.</param>
    /// <exception cref="NotSupportedException">The model was saved without its encoder.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The encoder has no such layer, or another option is out of range.</exception>
    /// <example>
    /// <code>
    /// var ml = new MLContext(seed: 1);
    /// using var model = AudioBsqModel.Load("model.safetensors");
    /// IDataView digits = ml.Data.LoadAudioFolder("digits", labelFromFolder: true);
    /// var pipeline = ml.Transforms.LoadAudio("Waveform", "Path", model.Mel.SampleRate)
    ///     .Append(ml.Transforms.ExtractMelSpectrogram("Mel", "Waveform", model.Mel))
    ///     .Append(ml.Transforms.ExtractAudioEmbedding("Features", "Mel", model, new EmbeddingOptions { Parts = 3 }))
    ///     .Append(ml.Transforms.NormalizeMeanVariance("Features", fixZero: false))
    ///     .Append(ml.Transforms.Conversion.MapValueToKey("Label"))
    ///     .AppendCacheCheckpoint(ml)
    ///     .Append(ml.MulticlassClassification.Trainers.SdcaMaximumEntropy());
    /// ITransformer classifier = pipeline.Fit(digits);
    /// </code>
    /// </example>
    public static AudioEmbeddingEstimator ExtractAudioEmbedding(
        this TransformsCatalog catalog,
        string outputColumnName,
        string? inputColumnName,
        AudioBsqModel model,
        EmbeddingOptions? options = null,
        int batchSize = 16)
    {
        var names = ColumnNames.Of(outputColumnName, inputColumnName);
        ArgumentNullException.ThrowIfNull(model);
        var settings = new EmbeddingSettings(names.Output, names.Input, options ?? new EmbeddingOptions(), batchSize);
        return new AudioEmbeddingEstimator(
            catalog.Environment(), settings, new SharedResource<AudioBsqModel>(model).Acquire()); // never ended: the model is the caller's
    }

    /// <summary>Turns a mel column into vectors of one size, for any trainer, by a fitted tokenizer's encoder.</summary>
    /// <param name="catalog">The transforms catalog.</param>
    /// <param name="outputColumnName">
    /// Column to add, <c>Vector&lt;Single&gt;</c> of <see cref="EmbeddingOptions.SizeOf"/> values, whatever the length of a clip.
    /// </param>
    /// <param name="inputColumnName">Mel column; the tokenizer's when null.</param>
    /// <param name="tokenizer">The tokenizer. Both hold the same weights, and once fitted, either can be disposed first.</param>
    /// <param name="options">Which features, and how they are pooled; mean and deviation of the last block's when null.</param>
    /// <param name="batchSize">Rows that go through the network together, 1 to 65,536.</param>
    /// <exception cref="ArgumentOutOfRangeException">The encoder has no such layer, or another option is out of range.</exception>
    /// <example>
    /// <code>
    /// var ml = new MLContext(seed: 1);
    /// IDataView clips = ml.Data.LoadAudioFolder("recordings");
    /// var loaded = (TransformerChain&lt;ITransformer&gt;)ml.Model.Load("tokenizer.zip", out _);
    /// var tokenizer = loaded.OfType&lt;AudioTokenizerTransformer&gt;().Single();
    ///
    /// IDataView mels = loaded.Transform(clips);
    /// var clustering = ml.Transforms.ExtractAudioEmbedding("Features", "Mel", tokenizer)
    ///     .Append(ml.Clustering.Trainers.KMeans(numberOfClusters: 8));
    /// IDataView clusters = clustering.Fit(mels).Transform(mels);
    /// </code>
    /// </example>
    public static AudioEmbeddingEstimator ExtractAudioEmbedding(
        this TransformsCatalog catalog,
        string outputColumnName,
        string? inputColumnName,
        AudioTokenizerTransformer tokenizer,
        EmbeddingOptions? options = null,
        int batchSize = 16)
    {
        ArgumentException.ThrowIfNullOrEmpty(outputColumnName);
        ArgumentNullException.ThrowIfNull(tokenizer);
        string input = inputColumnName ?? tokenizer.InputColumnName;
        var settings = new EmbeddingSettings(outputColumnName, input, options ?? new EmbeddingOptions(), batchSize);
        return tokenizer.Embed(catalog.Environment(), settings);
    }
}
