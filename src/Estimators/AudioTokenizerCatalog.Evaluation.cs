using AudioBsq.Metrics;
using AudioBsq.MLNet;

namespace Microsoft.ML;

public static partial class AudioTokenizerCatalog
{
    /// <summary>Measures how well reconstructed mel spectrograms agree with the originals, and how the tokens were used.</summary>
    /// <param name="catalog">The data catalog.</param>
    /// <param name="data">Data with the three columns, for instance the output of <c>TokenizeAudio</c> and <c>ReconstructAudio</c>.</param>
    /// <param name="melColumnName">
    /// Original mel spectrograms. Frames are counted where the column says its bands, and otherwise every level.
    /// </param>
    /// <param name="reconstructedColumnName">
    /// Reconstructed mel spectrograms; they may be longer by a part of a patch, which is not measured.
    /// </param>
    /// <param name="tokenColumnName">Tokens.</param>
    /// <exception cref="InvalidOperationException">There are no frames.</exception>
    /// <exception cref="InvalidDataException">
    /// A reconstruction is shorter than its original, a level is not finite, or a token is missing.
    /// </exception>
    /// <example>
    /// <code>
    /// var ml = new MLContext();
    /// using var model = AudioBsqModel.Load("model.safetensors");
    /// IDataView clips = ml.Data.LoadAudioFolder("speech/dev");
    /// var pipeline = ml.Transforms.LoadAudio("Waveform", "Path")
    ///     .Append(ml.Transforms.ExtractMelSpectrogram("Mel", "Waveform", model.Mel))
    ///     .Append(ml.Transforms.TokenizeAudio("Tokens", "Mel", model))
    ///     .Append(ml.Transforms.ReconstructAudio("Reconstructed", "Tokens", model));
    /// var metrics = ml.Data.EvaluateAudioReconstruction(pipeline.Fit(clips).Transform(clips));
    /// Console.WriteLine($"{metrics.MeanAbsoluteError:F2} dB, {metrics.Codes.DistinctCodes} codes");
    /// </code>
    /// </example>
    public static ReconstructionMetrics EvaluateAudioReconstruction(
        this DataOperationsCatalog catalog,
        IDataView data,
        string melColumnName = "Mel",
        string reconstructedColumnName = "Reconstructed",
        string tokenColumnName = "Tokens")
    {
        ArgumentNullException.ThrowIfNull(data);
        return ReconstructionEvaluator.Evaluate(catalog.Environment(), data, melColumnName, reconstructedColumnName, tokenColumnName);
    }

    /// <summary>
    /// Measures how good synthesized waveforms sound beside the originals: intelligibility, estimated opinion score, spectral distances,
    /// pitch.
    /// </summary>
    /// <param name="catalog">The data catalog.</param>
    /// <param name="data">Data with both columns, for instance the output of <c>SynthesizeAudio</c>.</param>
    /// <param name="waveformColumnName">Original waveforms. A row without sound is kept in the report, unmeasured.</param>
    /// <param name="synthesizedColumnName">
    /// Synthesized waveforms. One that ends sooner counts as silent from there on; what it has beyond is left out.
    /// </param>
    /// <param name="sampleRate">Of both, in Hz; needed only where neither column carries it, as those of <c>LoadAudio</c> do.</param>
    /// <returns>Every row's measures in order, and their means with 95 % bootstrap intervals.</returns>
    /// <exception cref="ArgumentException">
    /// A column does not fit, or the rates disagree, are unknown or not from 8,000 to 192,000 Hz.
    /// </exception>
    /// <exception cref="InvalidDataException">A sample is not finite.</exception>
    /// <exception cref="InvalidOperationException">There is no sound.</exception>
    /// <example>
    /// <code>
    /// var ml = new MLContext();
    /// IDataView clips = ml.Data.LoadAudioFolder("speech/dev");
    /// var pipeline = ml.Transforms.LoadAudio("Waveform", "Path")
    ///     .Append(ml.Transforms.ExtractMelSpectrogram("Mel", "Waveform"))
    ///     .Append(ml.Transforms.SynthesizeAudio("Synthesized", "Mel"));
    /// var report = ml.Data.EvaluateAudioQuality(pipeline.Fit(clips).Transform(clips));
    /// foreach (var (metric, mean) in report.Means) Console.WriteLine($"{metric}: {mean}");
    /// </code>
    /// </example>
    public static AudioQualityReport EvaluateAudioQuality(
        this DataOperationsCatalog catalog,
        IDataView data,
        string waveformColumnName = "Waveform",
        string synthesizedColumnName = "Synthesized",
        int? sampleRate = null)
    {
        ArgumentNullException.ThrowIfNull(data);
        return AudioQualityEvaluator.Evaluate(catalog.Environment(), data, waveformColumnName, synthesizedColumnName, sampleRate);
    }
}
