using AudioBsq;
using AudioBsq.MLNet;

namespace Microsoft.ML;

public static partial class AudioTokenizerCatalog
{
    /// <summary>Turns a mel column into tokens by a trained model that a package brings.</summary>
    /// <param name="catalog">The transforms catalog.</param>
    /// <param name="outputColumnName">Token column to add: a vector of keys.</param>
    /// <param name="inputColumnName">Mel column, as <c>ExtractMelSpectrogram</c> makes it; that of the output when null.</param>
    /// <param name="pretrained">Such as <c>PretrainedAudioModels.Speech900</c>. Pipelines of one process share its weights.</param>
    /// <param name="frameCountColumnName">Column (Int32) to add with the number of frames of each clip; null for none.</param>
    /// <param name="batchSize">Clips that go through the network together, 1 to 65,536.</param>
    /// <exception cref="InvalidDataException">The weights are damaged.</exception>
    /// <example>
    /// <code>
    /// var ml = new MLContext();
    /// IDataView clips = ml.Data.LoadAudioFolder("recordings");
    /// var pipeline = ml.Transforms.LoadAudio("Waveform", "Path")
    ///     .Append(ml.Transforms.ExtractMelSpectrogram("Mel", "Waveform"))
    ///     .Append(ml.Transforms.TokenizeAudio("Tokens", "Mel", PretrainedAudioModels.Speech900));
    /// IDataView tokens = pipeline.Fit(clips).Transform(clips);
    /// </code>
    /// </example>
    public static AudioTokenizerEstimator TokenizeAudio(
        this TransformsCatalog catalog,
        string outputColumnName,
        string? inputColumnName,
        PretrainedAudioModel pretrained,
        string? frameCountColumnName = null,
        int batchSize = 16)
    {
        ArgumentNullException.ThrowIfNull(pretrained);
        var tokenizer = pretrained.Tokenizer(catalog.Environment());
        return catalog.TokenizeAudio(outputColumnName, inputColumnName, tokenizer, frameCountColumnName, batchSize);
    }

    /// <summary>Turns a column of a trained model's tokens back into mel spectrograms.</summary>
    /// <param name="catalog">The transforms catalog.</param>
    /// <param name="outputColumnName">Mel column to add.</param>
    /// <param name="inputColumnName">Token column; that of the output when null.</param>
    /// <param name="pretrained">The model that made the tokens.</param>
    /// <param name="frameCountColumnName">Column (Int32) with the number of frames of each clip; whole patches when null.</param>
    /// <param name="batchSize">Clips that go through the network together, 1 to 65,536.</param>
    /// <exception cref="InvalidDataException">The weights are damaged.</exception>
    /// <example>
    /// <code>
    /// var ml = new MLContext();
    /// var speech = PretrainedAudioModels.Speech450;
    /// IDataView clips = ml.Data.LoadAudioFolder("recordings");
    /// var pipeline = ml.Transforms.LoadAudio("Waveform", "Path")
    ///     .Append(ml.Transforms.ExtractMelSpectrogram("Mel", "Waveform"))
    ///     .Append(ml.Transforms.TokenizeAudio("Tokens", "Mel", speech, "Frames"))
    ///     .Append(ml.Transforms.ReconstructAudio("Reconstructed", "Tokens", speech, "Frames"));
    /// var metrics = ml.Data.EvaluateAudioReconstruction(pipeline.Fit(clips).Transform(clips));
    /// </code>
    /// </example>
    public static AudioReconstructionEstimator ReconstructAudio(
        this TransformsCatalog catalog,
        string outputColumnName,
        string? inputColumnName,
        PretrainedAudioModel pretrained,
        string? frameCountColumnName = null,
        int batchSize = 16)
    {
        ArgumentNullException.ThrowIfNull(pretrained);
        var tokenizer = pretrained.Tokenizer(catalog.Environment());
        return catalog.ReconstructAudio(outputColumnName, inputColumnName, tokenizer, frameCountColumnName, batchSize);
    }

    /// <summary>Turns a column of reconstructed mel spectrograms into waveforms by a trained model's vocoder.</summary>
    /// <param name="catalog">The transforms catalog.</param>
    /// <param name="outputColumnName">Waveform column to add, <c>Vector&lt;Single&gt;</c>.</param>
    /// <param name="inputColumnName">Mel column; that of the output when null.</param>
    /// <param name="pretrained">The model whose reconstructions these are. Its vocoder makes up for what its tokens lose.</param>
    /// <param name="sampleCountColumnName">
    /// Column (Int32) with the number of samples that each clip gets; (frames − 1) · hop when null.
    /// </param>
    /// <exception cref="InvalidDataException">The weights are damaged.</exception>
    /// <example>
    /// <code>
    /// var ml = new MLContext();
    /// IDataView tokens = ml.Data.LoadFromBinary("tokens.idv");
    /// var wayBack = ml.Transforms.ReconstructAudio("Reconstructed", "Tokens", PretrainedAudioModels.Speech900)
    ///     .Append(ml.Transforms.SynthesizeAudio("Sound", "Reconstructed", PretrainedAudioModels.Speech900));
    /// IDataView sound = wayBack.Fit(tokens).Transform(tokens);
    /// </code>
    /// </example>
    public static AudioSynthesisEstimator SynthesizeAudio(
        this TransformsCatalog catalog,
        string outputColumnName,
        string? inputColumnName,
        PretrainedAudioModel pretrained,
        string? sampleCountColumnName = null)
    {
        ArgumentNullException.ThrowIfNull(pretrained);
        var vocoder = pretrained.Vocoder(catalog.Environment());
        return catalog.SynthesizeAudio(outputColumnName, inputColumnName, vocoder, sampleCountColumnName, pretrained.RefinementIterations);
    }

    /// <summary>Turns a mel column into vectors of one size, for any trainer, by a trained model's encoder.</summary>
    /// <param name="catalog">The transforms catalog.</param>
    /// <param name="outputColumnName">
    /// Column to add, <c>Vector&lt;Single&gt;</c> of <see cref="EmbeddingOptions.SizeOf"/> values, whatever the length of a clip.
    /// </param>
    /// <param name="inputColumnName">Mel column; that of the output when null.</param>
    /// <param name="pretrained">The model.</param>
    /// <param name="options">Which features, and how they are pooled; mean and deviation of the last block's when null.</param>
    /// <param name="batchSize">Rows that go through the network together, 1 to 65,536.</param>
    /// <exception cref="InvalidDataException">The weights are damaged.</exception>
    /// <example>
    /// <code>
    /// var ml = new MLContext(seed: 1);
    /// IDataView digits = ml.Data.LoadAudioFolder("digits", labelFromFolder: true);
    /// var pipeline = ml.Transforms.LoadAudio("Waveform", "Path")
    ///     .Append(ml.Transforms.ExtractMelSpectrogram("Mel", "Waveform"))
    ///     .Append(ml.Transforms.ExtractAudioEmbedding("Features", "Mel", PretrainedAudioModels.Speech900))
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
        PretrainedAudioModel pretrained,
        EmbeddingOptions? options = null,
        int batchSize = 16)
    {
        ArgumentNullException.ThrowIfNull(pretrained);
        var tokenizer = pretrained.Tokenizer(catalog.Environment());
        return catalog.ExtractAudioEmbedding(outputColumnName, inputColumnName, tokenizer, options, batchSize);
    }
}
