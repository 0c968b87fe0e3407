using AudioBsq.MLNet;
using AudioBsq.Vocoding;

namespace Microsoft.ML;

/// <summary>Vocoders on <c>mlContext.Transforms</c>.</summary>
public static class VocoderCatalog
{
    /// <summary>Turns a mel column into waveforms by a vocoder that is trained already.</summary>
    /// <param name="catalog">mlContext.Transforms.</param>
    /// <param name="outputColumnName">Name of the waveform column, <c>Vector&lt;Single&gt;</c>.</param>
    /// <param name="inputColumnName">Name of the mel column.</param>
    /// <param name="vocoder">The vocoder, which stays the caller's to dispose, after the last use of the pipeline.</param>
    /// <param name="options">Lengths and refinement; defaults when null.</param>
    public static NeuralSynthesisEstimator SynthesizeAudio(
        this TransformsCatalog catalog, string outputColumnName, string inputColumnName, NeuralVocoder vocoder, NeuralSynthesisOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(outputColumnName);
        ArgumentException.ThrowIfNullOrEmpty(inputColumnName);
        ArgumentNullException.ThrowIfNull(vocoder);
        return new NeuralSynthesisEstimator(catalog.Environment(), outputColumnName, inputColumnName, vocoder, options ?? new NeuralSynthesisOptions());
    }

    /// <summary>Trains a vocoder that turns a mel column into waveforms, and adds them.</summary>
    /// <param name="catalog">mlContext.Transforms.</param>
    /// <param name="outputColumnName">Name of the waveform column that is added.</param>
    /// <param name="melColumnName">Name of the mel column, as <c>ExtractMelSpectrogram</c> or a reconstructor makes it.</param>
    /// <param name="waveformColumnName">Name of the column of original waveforms; only <c>Fit</c> reads it.</param>
    /// <param name="options">The network, its training and its use; defaults when null.</param>
    public static VocoderEstimator TrainVocoder(
        this TransformsCatalog catalog, string outputColumnName, string melColumnName, string waveformColumnName, TrainVocoderOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(outputColumnName);
        ArgumentException.ThrowIfNullOrEmpty(melColumnName);
        ArgumentException.ThrowIfNullOrEmpty(waveformColumnName);
        return new VocoderEstimator(catalog.Environment(), outputColumnName, melColumnName, waveformColumnName, options ?? new TrainVocoderOptions());
    }
}
