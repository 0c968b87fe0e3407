using AudioBsq.MLNet;
using AudioBsq.Signal;

namespace Microsoft.ML;

/// <summary>From sound files to features, on <c>mlContext.Transforms</c>.</summary>
public static class AudioFeaturizersCatalog
{
    /// <summary>Reads sound files into mono waveforms at one sample rate.</summary>
    /// <param name="catalog">The transforms catalog.</param>
    /// <param name="outputColumnName">Column of waveforms to add: vectors of Single with a SampleRate annotation.</param>
    /// <param name="inputColumnName">Column of paths (text) or of whole files (vectors of Byte); that of the output when null.</param>
    /// <param name="sampleRate">Samples per second of every waveform, in Hz.</param>
    /// <example>
    /// <code>
    /// var ml = new MLContext();
    /// IDataView clips = ml.Data.LoadAudioFolder("speech");
    /// var model = ml.Transforms.LoadAudio("Waveform", "Path", sampleRate: 16_000).Fit(clips);
    /// float[] first = model.Transform(clips).GetColumn&lt;float[]&gt;("Waveform").First();
    /// </code>
    /// </example>
    public static AudioLoadingEstimator LoadAudio(
        this TransformsCatalog catalog, string outputColumnName, string? inputColumnName = null, int sampleRate = 16_000) =>
        catalog.LoadAudio(outputColumnName, inputColumnName, new AudioLoadingOptions { SampleRate = sampleRate });

    /// <summary>Reads sound files into mono waveforms at one sample rate.</summary>
    /// <param name="catalog">The transforms catalog.</param>
    /// <param name="outputColumnName">Column of waveforms to add: vectors of Single with a SampleRate annotation.</param>
    /// <param name="inputColumnName">Column of paths (text) or of whole files (vectors of Byte); that of the output when null.</param>
    /// <param name="options">Sample rate, the folder that paths start from, and what becomes of files that cannot be read.</param>
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

    /// <summary>Changes the sample rate of waveforms with a band-limited filter.</summary>
    /// <remarks>
    /// <c>LoadAudio</c> resamples files itself: this is for waveforms that come from elsewhere, or are wanted at two rates.
    /// </remarks>
    /// <param name="catalog">The transforms catalog.</param>
    /// <param name="outputColumnName">Column of waveforms to add: vectors of Single with a SampleRate annotation.</param>
    /// <param name="inputColumnName">Column of waveforms; that of the output when null.</param>
    /// <param name="sampleRate">Samples per second of the output, in Hz.</param>
    /// <param name="inputSampleRate">Samples per second of the input, in Hz; needed only where the column does not carry it.</param>
    /// <param name="filter">The low-pass filter.</param>
    /// <example>
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
        ResamplingFilter filter = ResamplingFilter.Kaiser)
    {
        var columns = ColumnNames.Of(outputColumnName, inputColumnName);
        var settings = new ResamplingSettings(columns.Output, columns.Input, sampleRate, inputSampleRate, filter);
        return new AudioResamplingEstimator(catalog.Environment(), settings);
    }

    /// <summary>Computes mel spectrograms of waveforms.</summary>
    /// <param name="catalog">The transforms catalog.</param>
    /// <param name="outputColumnName">Column of spectrograms to add: vectors of Single, (frames, bands) row by row.</param>
    /// <param name="inputColumnName">Column of waveforms; that of the output when null.</param>
    /// <param name="sampleRate">Samples per second of the waveforms, in Hz.</param>
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
        int sampleRate = 16_000,
        int fftLength = 1024,
        int hopLength = 160,
        int bands = 128)
    {
        var options = new MelOptions { SampleRate = sampleRate, FftLength = fftLength, HopLength = hopLength, Bands = bands };
        return catalog.ExtractMelSpectrogram(outputColumnName, inputColumnName, options);
    }

    /// <summary>Computes mel spectrograms of waveforms.</summary>
    /// <param name="catalog">The transforms catalog.</param>
    /// <param name="outputColumnName">Column of spectrograms to add: vectors of Single, (frames, bands) row by row.</param>
    /// <param name="inputColumnName">Column of waveforms; that of the output when null.</param>
    /// <param name="options">How the spectrograms are made. The sample rate must be the waveforms'.</param>
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
