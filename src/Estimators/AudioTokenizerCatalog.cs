using AudioBsq;
using AudioBsq.MLNet;
using AudioBsq.Training;

namespace Microsoft.ML;

/// <summary>Audio tokens on <c>mlContext.Transforms</c> and <c>mlContext.Data</c>.</summary>
public static partial class AudioTokenizerCatalog
{
    /// <summary>Trains a tokenizer on a mel column, and adds its tokens.</summary>
    /// <param name="catalog">The transforms catalog.</param>
    /// <param name="outputColumnName">
    /// Token column to add, <c>Vector&lt;Key&lt;UInt32, 2^bits&gt;&gt;</c>. Raw keys count from 1; <c>MapKeyToValue</c> gives the tokens,
    /// as Int32 from 0.
    /// </param>
    /// <param name="inputColumnName">Mel column, as <c>ExtractMelSpectrogram</c> makes it; that of the output when null.</param>
    /// <param name="modelOptions">The model to train; <see cref="AudioBsqOptions.Small"/> when null.</param>
    /// <param name="maxSteps">Optimizer steps.</param>
    /// <param name="frameCountColumnName">Name of a second output column with each clip's number of frames (Int32); none when null.</param>
    /// <example>
    /// <code>
    /// var ml = new MLContext(seed: 1);
    /// IDataView clips = ml.Data.LoadAudioFolder("speech/train");
    /// var pipeline = ml.Transforms.LoadAudio("Waveform", "Path")
    ///     .Append(ml.Transforms.ExtractMelSpectrogram("Mel", "Waveform"))
    ///     .AppendCacheCheckpoint(ml)
    ///     .Append(ml.Transforms.TokenizeAudio("Tokens", "Mel", AudioBsqOptions.Tiny, maxSteps: 300));
    /// var tokenizer = pipeline.Fit(clips);
    /// ml.Model.Save(tokenizer, clips.Schema, "tokenizer.zip");
    /// </code>
    /// </example>
    public static AudioTokenizerEstimator TokenizeAudio(
        this TransformsCatalog catalog,
        string outputColumnName,
        string? inputColumnName = null,
        AudioBsqOptions? modelOptions = null,
        int maxSteps = 2_000,
        string? frameCountColumnName = null)
    {
        var options = new AudioTokenizerOptions
        {
            Model = modelOptions ?? AudioBsqOptions.Small,
            Training = new TrainingOptions { MaxSteps = maxSteps },
            FrameCountColumnName = frameCountColumnName,
        };
        return catalog.TokenizeAudio(outputColumnName, inputColumnName, options);
    }

    /// <summary>Trains a tokenizer on a mel column, and adds its tokens.</summary>
    /// <param name="catalog">The transforms catalog.</param>
    /// <param name="outputColumnName">
    /// Token column to add, <c>Vector&lt;Key&lt;UInt32, 2^bits&gt;&gt;</c>. Raw keys count from 1; <c>MapKeyToValue</c> gives the tokens,
    /// as Int32 from 0.
    /// </param>
    /// <param name="inputColumnName">Mel column, as <c>ExtractMelSpectrogram</c> makes it; that of the output when null.</param>
    /// <param name="options">The model, its training and its batches.</param>
    /// <example>
    /// <code>
    /// var ml = new MLContext(seed: 1);
    /// var (train, validation) = ml.Data.LoadAudioFolders("speech");
    /// var reading = ml.Transforms.LoadAudio("Waveform", "Path")
    ///     .Append(ml.Transforms.ExtractMelSpectrogram("Mel", "Waveform"))
    ///     .Fit(train);
    /// var tokenizer = ml.Transforms.TokenizeAudio("Tokens", "Mel", new AudioTokenizerOptions
    /// {
    ///     Model = AudioBsqOptions.Standard,
    ///     Training = new TrainingOptions { MaxSteps = 20_000, Patience = 5 },
    ///     ValidationSet = reading.Transform(validation),
    ///     MetricsCallback = progress => Console.WriteLine($"{progress.Step}: {progress.MeanAbsoluteError:F2} dB"),
    /// }).Fit(reading.Transform(train));
    /// </code>
    /// </example>
    public static AudioTokenizerEstimator TokenizeAudio(
        this TransformsCatalog catalog, string outputColumnName, string? inputColumnName, AudioTokenizerOptions options) =>
        new(catalog.Environment(), ColumnNames.Of(outputColumnName, inputColumnName), options);

    /// <summary>Adds the tokens of a model that is trained already.</summary>
    /// <param name="catalog">The transforms catalog.</param>
    /// <param name="outputColumnName">Token column to add.</param>
    /// <param name="inputColumnName">Mel column, made as the model's training data was; that of the output when null.</param>
    /// <param name="model">The model, which stays the caller's to dispose, after the last use of the pipeline.</param>
    /// <param name="frameCountColumnName">Name of a second output column with each clip's number of frames (Int32); none when null.</param>
    /// <param name="batchSize">Rows that go through the network together, 1 to 65,536. Tokens do not depend on it.</param>
    /// <param name="latentsColumnName">Name of another output column with what is quantized (Single); none when null.</param>
    /// <exception cref="NotSupportedException">The model was saved without its encoder.</exception>
    /// <example>
    /// <code>
    /// var ml = new MLContext();
    /// using var model = AudioBsqModel.Load("model.safetensors");
    /// IDataView clips = ml.Data.LoadAudioFolder("speech");
    /// var pipeline = ml.Transforms.LoadAudio("Waveform", "Path")
    ///     .Append(ml.Transforms.ExtractMelSpectrogram("Mel", "Waveform", model.Mel))
    ///     .Append(ml.Transforms.TokenizeAudio("Tokens", "Mel", model));
    /// IDataView tokens = pipeline.Fit(clips).Transform(clips);
    /// </code>
    /// Tokens as numbers from 0:
    /// <code>
    /// var ml = new MLContext();
    /// using var model = AudioBsqModel.Load("model.safetensors");
    /// IDataView clips = ml.Data.LoadAudioFolder("speech");
    /// var pipeline = ml.Transforms.LoadAudio("Waveform", "Path")
    ///     .Append(ml.Transforms.ExtractMelSpectrogram("Mel", "Waveform", model.Mel))
    ///     .Append(ml.Transforms.TokenizeAudio("Keys", "Mel", model))
    ///     .Append(ml.Transforms.Conversion.MapKeyToValue("Tokens", "Keys"));
    /// int[] first = pipeline.Fit(clips).Transform(clips).GetColumn&lt;int[]&gt;("Tokens").First();
    /// </code>
    /// </example>
    public static AudioTokenizerEstimator TokenizeAudio(
        this TransformsCatalog catalog,
        string outputColumnName,
        string? inputColumnName,
        AudioBsqModel model,
        string? frameCountColumnName = null,
        int batchSize = 16,
        string? latentsColumnName = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        var options = new AudioTokenizerOptions
        {
            BatchSize = batchSize,
            FrameCountColumnName = frameCountColumnName,
            LatentsColumnName = latentsColumnName,
        };
        return new AudioTokenizerEstimator(catalog.Environment(), ColumnNames.Of(outputColumnName, inputColumnName), options, model);
    }

    /// <summary>Turns the tokens of a fitted tokenizer back into mel spectrograms: the inverse of <c>TokenizeAudio</c>.</summary>
    /// <param name="catalog">The transforms catalog.</param>
    /// <param name="outputColumnName">Mel column to add.</param>
    /// <param name="inputColumnName">Token column; the tokenizer's when null.</param>
    /// <param name="tokenizer">The tokenizer. Both hold the same weights, and once fitted, either can be disposed first.</param>
    /// <param name="frameCountColumnName">
    /// Column (Int32) with the number of frames that each clip is cut to; whole patches are kept when null.
    /// </param>
    /// <exception cref="NotSupportedException">The model was saved without its decoder.</exception>
    /// <example>
    /// <code>
    /// var ml = new MLContext();
    /// IDataView clips = ml.Data.LoadAudioFolder("speech");
    /// var loaded = (TransformerChain&lt;ITransformer&gt;)ml.Model.Load("tokenizer.zip", out _);
    /// var tokenizer = loaded.OfType&lt;AudioTokenizerTransformer&gt;().Single();
    ///
    /// IDataView tokens = loaded.Transform(clips);
    /// var wayBack = ml.Transforms.ReconstructAudio("Reconstructed", "Tokens", tokenizer)
    ///     .Append(ml.Transforms.SynthesizeAudio("Sound", "Reconstructed"));
    /// float[] sound = wayBack.Fit(tokens).Transform(tokens).GetColumn&lt;float[]&gt;("Sound").First();
    /// </code>
    /// </example>
    public static AudioReconstructionEstimator ReconstructAudio(
        this TransformsCatalog catalog,
        string outputColumnName,
        string? inputColumnName,
        AudioTokenizerTransformer tokenizer,
        string? frameCountColumnName = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(outputColumnName);
        ArgumentNullException.ThrowIfNull(tokenizer);
        return tokenizer.Reconstruct(catalog.Environment(), outputColumnName, inputColumnName, frameCountColumnName);
    }

    /// <summary>Turns a model's tokens back into mel spectrograms: the inverse of <c>TokenizeAudio</c>.</summary>
    /// <param name="catalog">The transforms catalog.</param>
    /// <param name="outputColumnName">Mel column to add.</param>
    /// <param name="inputColumnName">Token column; that of the output when null.</param>
    /// <param name="model">The model, which stays the caller's to dispose, after the last use of the pipeline.</param>
    /// <param name="frameCountColumnName">
    /// Column (Int32) with the number of frames that each clip is cut to; whole patches are kept when null.
    /// </param>
    /// <param name="batchSize">Rows that go through the network together, 1 to 65,536.</param>
    /// <exception cref="NotSupportedException">The model was saved without its decoder.</exception>
    /// <example>
    /// <code>
    /// var ml = new MLContext();
    /// using var model = AudioBsqModel.Load("model.safetensors");
    /// IDataView clips = ml.Data.LoadAudioFolder("speech");
    /// var pipeline = ml.Transforms.LoadAudio("Waveform", "Path")
    ///     .Append(ml.Transforms.ExtractMelSpectrogram("Mel", "Waveform", model.Mel))
    ///     .Append(ml.Transforms.TokenizeAudio("Tokens", "Mel", model, frameCountColumnName: "Frames"))
    ///     .Append(ml.Transforms.ReconstructAudio("Reconstructed", "Tokens", model, frameCountColumnName: "Frames"));
    /// IDataView reconstructed = pipeline.Fit(clips).Transform(clips);
    /// </code>
    /// </example>
    public static AudioReconstructionEstimator ReconstructAudio(
        this TransformsCatalog catalog,
        string outputColumnName,
        string? inputColumnName,
        AudioBsqModel model,
        string? frameCountColumnName = null,
        int batchSize = 16)
    {
        var names = ColumnNames.Of(outputColumnName, inputColumnName);
        ArgumentNullException.ThrowIfNull(model);
        var columns = new TokenizerColumns(names.Output, names.Input, frameCountColumnName, batchSize);
        return new AudioReconstructionEstimator(
            catalog.Environment(), columns, new SharedResource<AudioBsqModel>(model).Acquire()); // never ended: the model is the caller's
    }

    /// <summary>Turns a token column into its bits, each 0 or 1, highest bit first.</summary>
    /// <param name="catalog">The transforms catalog.</param>
    /// <param name="outputColumnName">
    /// Bit column to add, <c>Vector&lt;Single&gt;</c>; of known length, as trainers need it, where the tokens' is.
    /// </param>
    /// <param name="inputColumnName">Token column; that of the output when null.</param>
    /// <example>
    /// Clips of one length have equally many tokens, whose bits are features for any trainer:
    /// <code>
    /// var ml = new MLContext(seed: 1);
    /// using var model = AudioBsqModel.Load("model.safetensors");
    /// IDataView digits = ml.Data.LoadAudioFolder("digits", labelFromFolder: true);
    /// var pipeline = ml.Transforms.LoadAudio("Waveform", "Path", model.Mel.SampleRate, seconds: 1)
    ///     .Append(ml.Transforms.ExtractMelSpectrogram("Mel", "Waveform", model.Mel))
    ///     .Append(ml.Transforms.TokenizeAudio("Tokens", "Mel", model))
    ///     .Append(ml.Transforms.MapTokensToBits("Features", "Tokens"))
    ///     .Append(ml.Transforms.Conversion.MapValueToKey("Label"))
    ///     .Append(ml.MulticlassClassification.Trainers.SdcaMaximumEntropy());
    /// ITransformer classifier = pipeline.Fit(digits);
    /// </code>
    /// </example>
    public static TokenBitsEstimator MapTokensToBits(
        this TransformsCatalog catalog, string outputColumnName, string? inputColumnName = null) =>
        new(catalog.Environment(), ColumnNames.Of(outputColumnName, inputColumnName));

    /// <summary>
    /// Counts n-grams of tokens, or with the default options tokens: a vector of one size for clips of any length, as trainers need it.
    /// </summary>
    /// <param name="catalog">The transforms catalog.</param>
    /// <param name="outputColumnName">Column to add, <c>Vector&lt;Single&gt;</c> of <see cref="TokenNgramOptions.SizeOf"/> values.</param>
    /// <param name="inputColumnName">Token column; that of the output when null.</param>
    /// <param name="options">Which n-grams, and what is counted apart; shares of single tokens when null.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    /// <example>
    /// Each bit's share of ones, and how often it changes from step to step, in three parts of a clip:
    /// <code>
    /// var ml = new MLContext(seed: 1);
    /// using var model = AudioBsqModel.Load("model.safetensors");
    /// IDataView digits = ml.Data.LoadAudioFolder("digits", labelFromFolder: true);
    /// var pipeline = ml.Transforms.LoadAudio("Waveform", "Path", model.Mel.SampleRate)
    ///     .Append(ml.Transforms.ExtractMelSpectrogram("Mel", "Waveform", model.Mel))
    ///     .Append(ml.Transforms.TokenizeAudio("Tokens", "Mel", model))
    ///     .Append(ml.Transforms.ProduceTokenNgrams("Features", "Tokens", new TokenNgramOptions { SymbolBits = 1, Length = 2, Parts = 3 }))
    ///     .Append(ml.Transforms.Conversion.MapValueToKey("Label"))
    ///     .AppendCacheCheckpoint(ml)
    ///     .Append(ml.MulticlassClassification.Trainers.SdcaMaximumEntropy());
    /// ITransformer classifier = pipeline.Fit(digits);
    /// </code>
    /// </example>
    public static TokenNgramEstimator ProduceTokenNgrams(
        this TransformsCatalog catalog, string outputColumnName, string? inputColumnName = null, TokenNgramOptions? options = null)
    {
        var names = ColumnNames.Of(outputColumnName, inputColumnName);
        return new(catalog.Environment(), new TokenNgramSettings(names.Output, names.Input, options ?? new TokenNgramOptions()));
    }
}
