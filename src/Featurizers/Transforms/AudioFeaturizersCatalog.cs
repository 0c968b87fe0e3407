using AudioBsq.MLNet;
using AudioBsq.Signal;

namespace Microsoft.ML;

/// <summary>From sound files to features, on <c>mlContext.Transforms</c>.</summary>
public static class AudioFeaturizersCatalog
{
    /// <summary>Reads sound files into mono waveforms at one sample rate.</summary>
    /// <param name="catalog">The catalog.</param>
    /// <param name="outputColumnName">Column of waveforms to make: vectors of Single with a SampleRate annotation.</param>
    /// <param name="inputColumnName">Column of paths (text) or of whole files (vectors of Byte); like the output when null.</param>
    /// <param name="sampleRate">Samples per second of every waveform, in Hz.</param>
    public static AudioLoadingEstimator LoadAudio(this TransformsCatalog catalog, string outputColumnName, string? inputColumnName = null, int sampleRate = 16_000) =>
        catalog.LoadAudio(outputColumnName, inputColumnName, new AudioLoadingOptions { SampleRate = sampleRate });

    /// <summary>Reads sound files into mono waveforms at one sample rate.</summary>
    /// <param name="catalog">The catalog.</param>
    /// <param name="outputColumnName">Column of waveforms to make: vectors of Single with a SampleRate annotation.</param>
    /// <param name="inputColumnName">Column of paths (text) or of whole files (vectors of Byte); like the output when null.</param>
    /// <param name="options">Sample rate, the folder that paths start from, and what becomes of files that cannot be read.</param>
    public static AudioLoadingEstimator LoadAudio(this TransformsCatalog catalog, string outputColumnName, string? inputColumnName, AudioLoadingOptions options) =>
        new(catalog.Environment(), outputColumnName, inputColumnName ?? outputColumnName, options);

    /// <summary>Computes mel spectrograms of waveforms.</summary>
    /// <param name="catalog">The catalog.</param>
    /// <param name="outputColumnName">Column of spectrograms to make: vectors of Single of (frames, bands), row by row.</param>
    /// <param name="inputColumnName">Column of waveforms; like the output when null.</param>
    /// <param name="options">How they are made; the defaults when null. The sample rate must be the waveforms'.</param>
    public static MelSpectrogramEstimator ExtractMelSpectrogram(this TransformsCatalog catalog, string outputColumnName, string? inputColumnName = null, MelOptions? options = null) =>
        new(catalog.Environment(), outputColumnName, inputColumnName ?? outputColumnName, options ?? new MelOptions());
}
