using AudioBsq.MLNet;
using AudioBsq.Signal;

namespace Microsoft.ML;

/// <summary>From sound files to features, on <c>mlContext.Transforms</c>.</summary>
public static class AudioFeaturizersCatalog
{
    /// <summary>Reads sound files into mono waveforms at one sample rate.</summary>
    /// <remarks>
    /// There is no column of streams: ML.NET reads a column as often as it likes, in any order, and a stream can be read once. Copy a
    /// stream's bytes into a column, as in the last example.
    /// </remarks>
    /// <param name="catalog">The transforms catalog.</param>
    /// <param name="outputColumnName">Column of waveforms to add: vectors of Single with a SampleRate annotation.</param>
    /// <param name="inputColumnName">Column of paths (text) or of whole files (vectors of Byte); that of the output when null.</param>
    /// <param name="sampleRate">Samples per second of every waveform, in Hz.</param>
    /// <param name="seconds">
    /// Length of every waveform, cut or padded with silence, so that features have a known size; as long as the sound when null.
    /// </param>
    /// <example>
    /// <code>
    /// var ml = new MLContext();
    /// IDataView clips = ml.Data.LoadAudioFolder("speech");
    /// var model = ml.Transforms.LoadAudio("Waveform", "Path", sampleRate: 16_000).Fit(clips);
    /// float[] first = model.Transform(clips).GetColumn&lt;float[]&gt;("Waveform").First();
    /// </code>
    /// Clips of one length, whose spectrograms are features for any trainer:
    /// <code>
    /// var ml = new MLContext(seed: 1);
    /// IDataView digits = ml.Data.LoadAudioFolder("digits", labelFromFolder: true);
    /// var pipeline = ml.Transforms.LoadAudio("Waveform", "Path", sampleRate: 8_000, seconds: 0.75)
    ///     .Append(ml.Transforms.ExtractMelSpectrogram("Features", "Waveform", sampleRate: 8_000, fftLength: 512, bands: 40))
    ///     .Append(ml.Transforms.NormalizeMinMax("Features", fixZero: false))
    ///     .Append(ml.Transforms.Conversion.MapValueToKey("Label"))
    ///     .Append(ml.MulticlassClassification.Trainers.SdcaMaximumEntropy(l2Regularization: 0.01f));
    /// ITransformer model = pipeline.Fit(digits);
    /// </code>
    /// Whole files in memory, and a pipeline for them that is saved and loaded:
    /// <code>
    /// var ml = new MLContext();
    /// var uploads = new[] { new { Name = "a.mp3", Content = System.IO.File.ReadAllBytes("a.mp3") } };
    /// IDataView files = ml.Data.LoadFromEnumerable(uploads);
    /// using var tokenizer = AudioBsqModel.Load("model.safetensors");
    /// var pipeline = ml.Transforms.LoadAudio("Waveform", "Content")
    ///     .Append(ml.Transforms.ExtractMelSpectrogram("Mel", "Waveform", tokenizer.Mel))
    ///     .Append(ml.Transforms.TokenizeAudio("Tokens", "Mel", tokenizer));
    /// ml.Model.Save(pipeline.Fit(files), files.Schema, "bytes-to-tokens.zip");
    ///
    /// ITransformer loaded = new MLContext().Model.Load("bytes-to-tokens.zip", out _);
    /// IDataView tokens = loaded.Transform(files);
    /// </code>
    /// A stream's sound, as bytes:
    /// <code>
    /// var ml = new MLContext();
    /// byte[] Content(System.IO.Stream stream)
    /// {
    ///     using var copy = new System.IO.MemoryStream();
    ///     stream.CopyTo(copy);
    ///     return copy.ToArray();
    /// }
    ///
    /// using var upload = System.IO.File.OpenRead("a.mp3"); // any stream
    /// IDataView files = ml.Data.LoadFromEnumerable(new[] { new { Content = Content(upload) } });
    /// IDataView waveforms = ml.Transforms.LoadAudio("Waveform", "Content").Fit(files).Transform(files);
    /// </code>
    /// </example>
    public static AudioLoadingEstimator LoadAudio(
        this TransformsCatalog catalog,
        string outputColumnName,
        string? inputColumnName = null,
        int sampleRate = 16_000,
        double? seconds = null) =>
        catalog.LoadAudio(outputColumnName, inputColumnName, new AudioLoadingOptions { SampleRate = sampleRate, Seconds = seconds });

    /// <summary>Reads sound files into mono waveforms at one sample rate.</summary>
    /// <param name="catalog">The transforms catalog.</param>
    /// <param name="outputColumnName">Column of waveforms to add: vectors of Single with a SampleRate annotation.</param>
    /// <param name="inputColumnName">Column of paths (text) or of whole files (vectors of Byte); that of the output when null.</param>
    /// <param name="options">Rate and length, the folder that paths start from, and what becomes of files that cannot be read.</param>
    /// <example>
    /// <code>
    /// var ml = new MLContext();
    /// IDataView clips = ml.Data.LoadAudioSet("eval_segments.csv", "audioset");
    /// var options = new AudioLoadingOptions
    /// {
    ///     StartColumn = "Start",
    ///     EndColumn = "End",
    ///     OnError = LoadErrorHandling.EmptyWaveform, // a file that cannot be read is a warning in the log
    /// };
    /// IDataView waveforms = ml.Transforms.LoadAudio("Waveform", "Path", options).Fit(clips).Transform(clips);
    /// </code>
    /// </example>
    public static AudioLoadingEstimator LoadAudio(
        this TransformsCatalog catalog, string outputColumnName, string? inputColumnName, AudioLoadingOptions options) =>
        new(catalog.Environment(), ColumnNames.Of(outputColumnName, inputColumnName), options);

    /// <summary>Makes mono waveforms at one sample rate of samples at another, with a band-limited filter.</summary>
    /// <remarks>
    /// <c>LoadAudio</c> does this for files: this is for samples that are in memory, or wanted at two rates. Stereo is a column of
    /// <c>[VectorType(frames, 2)]</c>, or of interleaved samples with <paramref name="channels"/>; channels are averaged.
    /// </remarks>
    /// <param name="catalog">The transforms catalog.</param>
    /// <param name="outputColumnName">Column of waveforms to add: vectors of Single with a SampleRate annotation.</param>
    /// <param name="inputColumnName">Column of samples; that of the output when null.</param>
    /// <param name="sampleRate">Samples per second of the output, in Hz.</param>
    /// <param name="inputSampleRate">
    /// Frames per second of the input, in Hz; null where the column carries it, as those of <c>LoadAudio</c> do.
    /// </param>
    /// <param name="inputSampleRateColumnName">Column (Int32) with each row's own rate, in place of one for all.</param>
    /// <param name="channels">Channels of interleaved samples; null for one, and where the column's type says it.</param>
    /// <param name="seconds">
    /// Length of every output, cut or padded with silence, so that features have a known size; as long as the input when null.
    /// </param>
    /// <param name="filter">The low-pass filter.</param>
    /// <example>
    /// Samples that a program has, at 44.1 kHz:
    /// <code>
    /// var ml = new MLContext();
    /// float[] tone = Enumerable.Range(0, 44_100).Select(n => MathF.Sin(0.0627f * n)).ToArray();
    /// IDataView sounds = ml.Data.LoadFromEnumerable(new[] { new { Samples = tone } });
    /// var pipeline = ml.Transforms.ResampleAudio("Waveform", "Samples", inputSampleRate: 44_100)
    ///     .Append(ml.Transforms.ExtractMelSpectrogram("Mel", "Waveform"));
    /// IDataView mels = pipeline.Fit(sounds).Transform(sounds);
    /// </code>
    /// Interleaved stereo, each row at a rate of its own:
    /// <code>
    /// var ml = new MLContext();
    /// IDataView sounds = ml.Data.LoadFromEnumerable(new[]
    /// {
    ///     new { Samples = new float[2 * 44_100], Rate = 44_100 },
    ///     new { Samples = new float[2 * 8_000], Rate = 8_000 },
    /// });
    /// IDataView waveforms = ml.Transforms
    ///     .ResampleAudio("Waveform", "Samples", inputSampleRateColumnName: "Rate", channels: 2).Fit(sounds).Transform(sounds);
    /// </code>
    /// Files at a second rate:
    /// <code>
    /// var ml = new MLContext();
    /// IDataView clips = ml.Data.LoadAudioFolder("speech");
    /// var pipeline = ml.Transforms.LoadAudio("Waveform", "Path", sampleRate: 48_000)
    ///     .Append(ml.Transforms.ResampleAudio("Telephone", "Waveform", sampleRate: 8_000));
    /// IDataView both = pipeline.Fit(clips).Transform(clips);
    /// </code>
    /// </example>
    public static AudioResamplingEstimator ResampleAudio(
        this TransformsCatalog catalog,
        string outputColumnName,
        string? inputColumnName = null,
        int sampleRate = 16_000,
        int? inputSampleRate = null,
        string? inputSampleRateColumnName = null,
        int? channels = null,
        double? seconds = null,
        ResamplingFilter filter = ResamplingFilter.Kaiser)
    {
        var columns = ColumnNames.Of(outputColumnName, inputColumnName);
        var settings = new ResamplingSettings(
            columns.Output, columns.Input, sampleRate, inputSampleRate, filter, inputSampleRateColumnName, channels, seconds);
        return new AudioResamplingEstimator(catalog.Environment(), settings);
    }

    /// <summary>Computes mel spectrograms of waveforms.</summary>
    /// <param name="catalog">The transforms catalog.</param>
    /// <param name="outputColumnName">Column of spectrograms to add: vectors of Single, (frames, bands) row by row.</param>
    /// <param name="inputColumnName">Column of mono waveforms; that of the output when null.</param>
    /// <param name="sampleRate">
    /// Samples per second of the waveforms, in Hz. When null, 16,000 is assumed, and a warning says so where the column does not carry its
    /// rate. A column that carries another rate is refused: see <c>ResampleAudio</c>.
    /// </param>
    /// <param name="fftLength">Samples of one window.</param>
    /// <param name="hopLength">Samples from one frame to the next.</param>
    /// <param name="bands">Mel bands of one frame.</param>
    /// <example>
    /// <code>
    /// var ml = new MLContext();
    /// IDataView clips = ml.Data.LoadAudioFolder("speech");
    /// var pipeline = ml.Transforms.LoadAudio("Waveform", "Path")
    ///     .Append(ml.Transforms.ExtractMelSpectrogram("Mel", "Waveform", bands: 80));
    /// float[] mel = pipeline.Fit(clips).Transform(clips).GetColumn&lt;float[]&gt;("Mel").First();
    /// int frames = mel.Length / 80;
    /// </code>
    /// </example>
    public static MelSpectrogramEstimator ExtractMelSpectrogram(
        this TransformsCatalog catalog,
        string outputColumnName,
        string? inputColumnName = null,
        int? sampleRate = null,
        int fftLength = 1024,
        int hopLength = 160,
        int bands = 128)
    {
        var options = new MelOptions { FftLength = fftLength, HopLength = hopLength, Bands = bands };
        if (sampleRate is { } stated) options = options with { SampleRate = stated };
        return new MelSpectrogramEstimator(
            catalog.Environment(), ColumnNames.Of(outputColumnName, inputColumnName), options, assumesRate: sampleRate is null);
    }

    /// <summary>Computes mel spectrograms of waveforms.</summary>
    /// <param name="catalog">The transforms catalog.</param>
    /// <param name="outputColumnName">Column of spectrograms to add: vectors of Single, (frames, bands) row by row.</param>
    /// <param name="inputColumnName">Column of mono waveforms; that of the output when null.</param>
    /// <param name="options">
    /// How the spectrograms are made. Its sample rate states the waveforms' rate; a column that carries another is refused.
    /// </param>
    /// <example>
    /// <code>
    /// var ml = new MLContext();
    /// IDataView clips = ml.Data.LoadAudioFolder("speech");
    /// var options = new MelOptions { Scale = MelScale.Slaney, Norm = MelNorm.Slaney, FloorDecibels = -100 };
    /// var pipeline = ml.Transforms.LoadAudio("Waveform", "Path")
    ///     .Append(ml.Transforms.ExtractMelSpectrogram("Mel", "Waveform", options));
    /// IDataView mels = pipeline.Fit(clips).Transform(clips);
    /// </code>
    /// </example>
    public static MelSpectrogramEstimator ExtractMelSpectrogram(
        this TransformsCatalog catalog, string outputColumnName, string? inputColumnName, MelOptions options) =>
        new(catalog.Environment(), ColumnNames.Of(outputColumnName, inputColumnName), options);
}
