using AudioBsq;
using AudioBsq.Metrics;
using AudioBsq.MLNet;

namespace Microsoft.ML;

/// <summary>Audio tokens on <c>mlContext.Transforms</c> and <c>mlContext.Data</c>.</summary>
public static class AudioTokenizerCatalog
{
    /// <summary>Trains a tokenizer on a mel column, and adds its tokens.</summary>
    /// <param name="catalog">mlContext.Transforms.</param>
    /// <param name="outputColumnName">Name of the token column, <c>Vector&lt;Key&lt;UInt32, 2^bits&gt;&gt;</c>.</param>
    /// <param name="inputColumnName">Name of the mel column, as <c>ExtractMelSpectrogram</c> makes it; the same as the output's when null.</param>
    /// <param name="options">The model, its training and its batches; <see cref="AudioBsqOptions.Small"/> and defaults when null.</param>
    /// <example><code source="../../samples/Quickstart/Program.cs" /></example>
    public static AudioTokenizerEstimator TokenizeAudio(this TransformsCatalog catalog, string outputColumnName, string? inputColumnName = null, AudioTokenizerOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(outputColumnName);
        Check.That(inputColumnName is not "", inputColumnName, "must be null or a name");
        return new AudioTokenizerEstimator(catalog.Environment(), outputColumnName, inputColumnName ?? outputColumnName, options ?? new AudioTokenizerOptions());
    }

    /// <summary>Adds the tokens of a model that is trained already.</summary>
    /// <param name="catalog">mlContext.Transforms.</param>
    /// <param name="outputColumnName">Name of the token column.</param>
    /// <param name="inputColumnName">Name of the mel column.</param>
    /// <param name="model">The model, which stays the caller's to dispose, after the last use of the pipeline.</param>
    /// <param name="options">Batch size and frame count column; the rest is not used.</param>
    public static AudioTokenizerEstimator TokenizeAudio(this TransformsCatalog catalog, string outputColumnName, string inputColumnName, AudioBsqModel model, AudioTokenizerOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(outputColumnName);
        ArgumentException.ThrowIfNullOrEmpty(inputColumnName);
        ArgumentNullException.ThrowIfNull(model);
        return new AudioTokenizerEstimator(catalog.Environment(), outputColumnName, inputColumnName, options ?? new AudioTokenizerOptions(), model);
    }

    /// <summary>Turns a mel column into waveforms by fast Griffin-Lim.</summary>
    /// <param name="catalog">mlContext.Transforms.</param>
    /// <param name="outputColumnName">Name of the waveform column, <c>Vector&lt;Single&gt;</c>.</param>
    /// <param name="inputColumnName">Name of the mel column; the same as the output's when null.</param>
    /// <param name="options">The inversion; defaults when null.</param>
    public static AudioSynthesisEstimator SynthesizeAudio(this TransformsCatalog catalog, string outputColumnName, string? inputColumnName = null, AudioSynthesisOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(outputColumnName);
        Check.That(inputColumnName is not "", inputColumnName, "must be null or a name");
        return new AudioSynthesisEstimator(catalog.Environment(), outputColumnName, inputColumnName ?? outputColumnName, options ?? new AudioSynthesisOptions());
    }

    /// <summary>Turns a token column into its bits, each 0 or 1, highest bit first.</summary>
    /// <param name="catalog">mlContext.Transforms.</param>
    /// <param name="outputColumnName">Name of the bit column, <c>Vector&lt;Single&gt;</c>; of known length, as trainers need it, where the tokens' is.</param>
    /// <param name="inputColumnName">Name of the token column; the same as the output's when null.</param>
    public static TokenBitsEstimator MapTokensToBits(this TransformsCatalog catalog, string outputColumnName, string? inputColumnName = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(outputColumnName);
        Check.That(inputColumnName is not "", inputColumnName, "must be null or a name");
        return new TokenBitsEstimator(catalog.Environment(), outputColumnName, inputColumnName ?? outputColumnName);
    }

    /// <summary>Measures how well reconstructed mel spectrograms agree with the originals, and how the tokens were used.</summary>
    /// <param name="catalog">mlContext.Data.</param>
    /// <param name="data">Data with the three columns, for instance a tokenizer's and a reconstructor's output.</param>
    /// <param name="melColumnName">The original mel spectrograms. Frames are counted where the column says its bands, otherwise numbers.</param>
    /// <param name="reconstructedColumnName">The reconstructed ones; they may be longer by a part of a patch, which is not measured.</param>
    /// <param name="tokenColumnName">The tokens.</param>
    /// <exception cref="InvalidOperationException">There are no frames.</exception>
    /// <exception cref="InvalidDataException">A reconstruction is shorter than its original, a number is not finite, or a token is missing.</exception>
    public static ReconstructionMetrics EvaluateAudioReconstruction(
        this DataOperationsCatalog catalog, IDataView data, string melColumnName = "Mel", string reconstructedColumnName = "Reconstructed", string tokenColumnName = "Tokens")
    {
        ArgumentNullException.ThrowIfNull(data);
        return ReconstructionEvaluator.Evaluate(catalog.Environment(), data, melColumnName, reconstructedColumnName, tokenColumnName);
    }

    /// <summary>Measures how good synthesized waveforms sound beside the originals: intelligibility, estimated opinion score, spectral distances, pitch.</summary>
    /// <param name="catalog">mlContext.Data.</param>
    /// <param name="data">Data with both columns, for instance what <see cref="SynthesizeAudio"/> makes of a reconstructor's output.</param>
    /// <param name="waveformColumnName">The original waveforms. A row without sound is kept in the report, unmeasured.</param>
    /// <param name="synthesizedColumnName">What became of them. One that ends sooner counts as silent from there on; what it has beyond is left out.</param>
    /// <param name="sampleRate">Of both, in Hz; needed only where neither column carries it, as those of <c>LoadAudio</c> do.</param>
    /// <returns>Every row's measures in order, and their means with 95 % bootstrap intervals.</returns>
    /// <exception cref="ArgumentException">A column does not fit, or the rates disagree, are unknown or not from 8,000 to 192,000 Hz.</exception>
    /// <exception cref="InvalidDataException">A sample is not finite.</exception>
    /// <exception cref="InvalidOperationException">There is no sound.</exception>
    public static AudioQualityReport EvaluateAudioQuality(
        this DataOperationsCatalog catalog, IDataView data, string waveformColumnName = "Waveform", string synthesizedColumnName = "Synthesized", int? sampleRate = null)
    {
        ArgumentNullException.ThrowIfNull(data);
        return AudioQualityEvaluator.Evaluate(catalog.Environment(), data, waveformColumnName, synthesizedColumnName, sampleRate);
    }
}
