using AudioBsq.MLNet;
using AudioBsq.Signal;
using AudioBsq.Vocoding;

namespace Microsoft.ML;

public static partial class AudioTokenizerCatalog
{
    /// <summary>Turns a mel column into waveforms by fast Griffin-Lim, which needs no training.</summary>
    /// <param name="catalog">The transforms catalog.</param>
    /// <param name="outputColumnName">Waveform column to add, <c>Vector&lt;Single&gt;</c>.</param>
    /// <param name="inputColumnName">Mel column; that of the output when null.</param>
    /// <param name="sampleCountColumnName">
    /// Column (Int32) with the number of samples that each clip gets; (frames − 1) · hop when null.
    /// </param>
    /// <param name="iterations">Rounds of phase estimation. More is better and slower; after 32 little is gained.</param>
    /// <example>
    /// <code>
    /// var ml = new MLContext();
    /// IDataView clips = ml.Data.LoadAudioFolder("speech");
    /// var pipeline = ml.Transforms.LoadAudio("Waveform", "Path")
    ///     .Append(ml.Transforms.ExtractMelSpectrogram("Mel", "Waveform"))
    ///     .Append(ml.Transforms.SynthesizeAudio("Synthesized", "Mel"));
    /// IDataView sound = pipeline.Fit(clips).Transform(clips);
    /// float[] first = sound.GetColumn&lt;float[]&gt;("Synthesized").First();
    /// AudioFile.WriteWav("first.wav", new Waveform(first, sampleRate: 16_000));
    /// </code>
    /// </example>
    public static AudioSynthesisEstimator SynthesizeAudio(
        this TransformsCatalog catalog,
        string outputColumnName,
        string? inputColumnName = null,
        string? sampleCountColumnName = null,
        int iterations = 32)
    {
        var options = new AudioSynthesisOptions
        {
            GriffinLim = new GriffinLimOptions { Iterations = iterations },
            SampleCountColumnName = sampleCountColumnName,
        };
        return catalog.SynthesizeAudio(outputColumnName, inputColumnName, options);
    }

    /// <summary>Turns a mel column into waveforms.</summary>
    /// <param name="catalog">The transforms catalog.</param>
    /// <param name="outputColumnName">Waveform column to add, <c>Vector&lt;Single&gt;</c>.</param>
    /// <param name="inputColumnName">Mel column; that of the output when null.</param>
    /// <param name="options">What makes the sound, and how.</param>
    /// <example>
    /// <code>
    /// var ml = new MLContext();
    /// IDataView clips = ml.Data.LoadAudioFolder("speech");
    /// IDataView reconstructed = ml.Model.Load("reconstruction.zip", out _).Transform(clips);
    /// var options = new AudioSynthesisOptions { GriffinLim = new GriffinLimOptions { Iterations = 64, Seed = 7 } };
    /// IDataView sound = ml.Transforms.SynthesizeAudio("Sound", "Reconstructed", options).Fit(reconstructed).Transform(reconstructed);
    /// </code>
    /// </example>
    public static AudioSynthesisEstimator SynthesizeAudio(
        this TransformsCatalog catalog, string outputColumnName, string? inputColumnName, AudioSynthesisOptions options) =>
        new(catalog.Environment(), ColumnNames.Of(outputColumnName, inputColumnName), options);

    /// <summary>Turns a mel column into waveforms by a synthesizer that is there already, such as a trained vocoder.</summary>
    /// <param name="catalog">The transforms catalog.</param>
    /// <param name="outputColumnName">Waveform column to add, <c>Vector&lt;Single&gt;</c>.</param>
    /// <param name="inputColumnName">Mel column, made as <see cref="IWaveformSynthesizer.Mel"/> says; that of the output when null.</param>
    /// <param name="synthesizer">
    /// Stays the caller's to dispose, after the last use of the pipeline. A <see cref="NeuralVocoder"/> or a <see cref="GriffinLim"/> can
    /// be saved in a pipeline.
    /// </param>
    /// <param name="sampleCountColumnName">
    /// Column (Int32) with the number of samples that each clip gets; (frames − 1) · hop when null.
    /// </param>
    /// <param name="refinementIterations">Rounds of fast Griffin-Lim that start from a vocoder's spectra; 0 leaves them out.</param>
    /// <example>
    /// <code>
    /// var ml = new MLContext();
    /// using var vocoder = NeuralVocoder.Load("vocoder.safetensors");
    /// IDataView clips = ml.Data.LoadAudioFolder("speech");
    /// var pipeline = ml.Transforms.LoadAudio("Waveform", "Path")
    ///     .Append(ml.Transforms.ExtractMelSpectrogram("Mel", "Waveform", vocoder.Mel))
    ///     .Append(ml.Transforms.SynthesizeAudio("Synthesized", "Mel", vocoder));
    /// ml.Model.Save(pipeline.Fit(clips), clips.Schema, "vocoder.zip"); // the weights are in the file
    /// </code>
    /// </example>
    public static AudioSynthesisEstimator SynthesizeAudio(
        this TransformsCatalog catalog,
        string outputColumnName,
        string? inputColumnName,
        IWaveformSynthesizer synthesizer,
        string? sampleCountColumnName = null,
        int refinementIterations = 0)
    {
        ArgumentNullException.ThrowIfNull(synthesizer);
        var options = new AudioSynthesisOptions
        {
            Synthesizer = synthesizer,
            SampleCountColumnName = sampleCountColumnName,
            RefinementIterations = refinementIterations,
        };
        return catalog.SynthesizeAudio(outputColumnName, inputColumnName, options);
    }

    /// <summary>Trains a vocoder that turns a mel column into waveforms, and adds them.</summary>
    /// <param name="catalog">The transforms catalog.</param>
    /// <param name="outputColumnName">Waveform column to add, <c>Vector&lt;Single&gt;</c>.</param>
    /// <param name="melColumnName">Mel column, as <c>ExtractMelSpectrogram</c> or <c>ReconstructAudio</c> makes it.</param>
    /// <param name="waveformColumnName">Column of original waveforms; only <c>Fit</c> reads it.</param>
    /// <param name="maxSteps">Optimizer steps.</param>
    /// <param name="sampleCountColumnName">
    /// Column (Int32) with the number of samples that each clip gets; (frames − 1) · hop when null.
    /// </param>
    /// <example>
    /// <code>
    /// var ml = new MLContext(seed: 1);
    /// IDataView clips = ml.Data.LoadAudioFolder("speech/train");
    /// var pipeline = ml.Transforms.LoadAudio("Waveform", "Path")
    ///     .Append(ml.Transforms.ExtractMelSpectrogram("Mel", "Waveform"))
    ///     .AppendCacheCheckpoint(ml)
    ///     .Append(ml.Transforms.TrainVocoder("Sound", "Mel", "Waveform", maxSteps: 5_000));
    /// var fitted = pipeline.Fit(clips);
    /// ((NeuralVocoder)fitted.LastTransformer.Synthesizer).Save("vocoder.safetensors");
    /// </code>
    /// </example>
    public static VocoderEstimator TrainVocoder(
        this TransformsCatalog catalog,
        string outputColumnName,
        string melColumnName,
        string waveformColumnName,
        int maxSteps = 5_000,
        string? sampleCountColumnName = null)
    {
        var options = new TrainVocoderOptions
        {
            Training = new VocoderTrainingOptions { MaxSteps = maxSteps },
            SampleCountColumnName = sampleCountColumnName,
        };
        return catalog.TrainVocoder(outputColumnName, melColumnName, waveformColumnName, options);
    }

    /// <summary>Trains a vocoder that turns a mel column into waveforms, and adds them.</summary>
    /// <param name="catalog">The transforms catalog.</param>
    /// <param name="outputColumnName">Waveform column to add, <c>Vector&lt;Single&gt;</c>.</param>
    /// <param name="melColumnName">Mel column, as <c>ExtractMelSpectrogram</c> or <c>ReconstructAudio</c> makes it.</param>
    /// <param name="waveformColumnName">Column of original waveforms; only <c>Fit</c> reads it.</param>
    /// <param name="options">The network, its training and its use.</param>
    /// <example>
    /// <code>
    /// // A vocoder that repairs what a tokenizer does to speech: it is trained on reconstructions.
    /// var ml = new MLContext(seed: 1);
    /// IDataView clips = ml.Data.LoadAudioFolder("speech/train");
    /// var loaded = (TransformerChain&lt;ITransformer&gt;)ml.Model.Load("tokenizer.zip", out _);
    /// var tokenizer = loaded.OfType&lt;AudioTokenizerTransformer&gt;().Single();
    /// IDataView tokens = loaded.Transform(clips);
    /// var options = new TrainVocoderOptions
    /// {
    ///     Vocoder = new VocoderOptions { LookAheadFrames = 0 },
    ///     ProgressCallback = progress => Console.WriteLine($"{progress.Step}: {progress.MelError:F2} dB"),
    /// };
    /// var wayBack = ml.Transforms.ReconstructAudio("Reconstructed", "Tokens", tokenizer, "Frames")
    ///     .Append(ml.Transforms.TrainVocoder("Sound", "Reconstructed", "Waveform", options))
    ///     .Fit(tokens);
    /// </code>
    /// </example>
    public static VocoderEstimator TrainVocoder(
        this TransformsCatalog catalog,
        string outputColumnName,
        string melColumnName,
        string waveformColumnName,
        TrainVocoderOptions options)
    {
        ArgumentException.ThrowIfNullOrEmpty(melColumnName);
        ArgumentException.ThrowIfNullOrEmpty(waveformColumnName);
        return new VocoderEstimator(catalog.Environment(), ColumnNames.Of(outputColumnName, melColumnName), waveformColumnName, options);
    }
}
