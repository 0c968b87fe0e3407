using System.Collections.Concurrent;
using AudioBsq.Vocoding;
using Microsoft.ML.Runtime;

namespace AudioBsq.MLNet;

/// <summary>
/// A trained tokenizer and the vocoder that belongs to it, as a package such as AudioBsq.MLNet.Models.Speech brings them. Weights are read
/// when they are first needed, and their hash is compared.
/// </summary>
/// <example>
/// <code>
/// var ml = new MLContext();
/// var speech = PretrainedAudioModels.Speech900;
/// IDataView clips = ml.Data.LoadAudioFolder("recordings");
/// var pipeline = ml.Transforms.LoadAudio("Waveform", "Path")
///     .Append(ml.Transforms.ExtractMelSpectrogram("Mel", "Waveform"))
///     .Append(ml.Transforms.TokenizeAudio("Tokens", "Mel", speech))
///     .Append(ml.Transforms.ReconstructAudio("Reconstructed", "Tokens", speech))
///     .Append(ml.Transforms.SynthesizeAudio("Sound", "Reconstructed", speech));
/// ml.Model.Save(pipeline.Fit(clips), clips.Schema, "speech.zip"); // the weights are in the file
/// </code>
/// </example>
public sealed class PretrainedAudioModel
{
    private readonly Func<Stream> _openTokenizer, _openVocoder;

    // By device. Pipelines share them; they stay in memory until the process ends.
    private readonly ConcurrentDictionary<string, Lazy<AudioBsqModel>> _tokenizers = [];
    private readonly ConcurrentDictionary<string, Lazy<NeuralVocoder>> _vocoders = [];

    /// <summary>Names a trained model of yours, for a package of your own.</summary>
    /// <param name="name">Its name, as a user types it.</param>
    /// <param name="openTokenizer">Opens what <see cref="AudioBsqModel.Save(Stream)"/> wrote.</param>
    /// <param name="openVocoder">Opens what <see cref="NeuralVocoder.Save(Stream)"/> wrote.</param>
    /// <param name="refinementIterations">Rounds of fast Griffin-Lim after the vocoder with which it sounds best, 0 to 10,000.</param>
    public PretrainedAudioModel(string name, Func<Stream> openTokenizer, Func<Stream> openVocoder, int refinementIterations = 0)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(openTokenizer);
        ArgumentNullException.ThrowIfNull(openVocoder);
        SynthesisSettings.CheckRefinement(refinementIterations);
        (Name, RefinementIterations, _openTokenizer, _openVocoder) = (name, refinementIterations, openTokenizer, openVocoder);
    }

    /// <summary>The name, as <c>audiobsq</c> takes it where it takes a model.</summary>
    public string Name { get; }

    /// <summary>Rounds of fast Griffin-Lim after the vocoder with which it sounds best.</summary>
    public int RefinementIterations { get; }

    /// <summary>A tokenizer of the caller's own, who disposes it: for use without ML.NET, or for training to start from.</summary>
    /// <param name="device">auto, cpu, cuda or cuda:N, or onnx: ONNX Runtime.</param>
    /// <exception cref="InvalidDataException">The weights are damaged.</exception>
    public AudioBsqModel LoadTokenizer(string device = "auto")
    {
        using var stream = _openTokenizer();
        return AudioBsqModel.Load(stream, device);
    }

    /// <summary>A vocoder of the caller's own, who disposes it.</summary>
    /// <param name="device">auto, cpu, cuda or cuda:N, or onnx: ONNX Runtime.</param>
    /// <exception cref="InvalidDataException">The weights are damaged.</exception>
    public NeuralVocoder LoadVocoder(string device = "auto")
    {
        using var stream = _openVocoder();
        return NeuralVocoder.Load(stream, device);
    }

    /// <summary>The name.</summary>
    public override string ToString() => Name;

    internal AudioBsqModel Tokenizer(IHostEnvironment environment) => Shared(_tokenizers, LoadTokenizer, environment);

    internal NeuralVocoder Vocoder(IHostEnvironment environment) => Shared(_vocoders, LoadVocoder, environment);

    private static T Shared<T>(ConcurrentDictionary<string, Lazy<T>> loaded, Func<string, T> load, IHostEnvironment environment) =>
        loaded.GetOrAdd(ModelDevice.Choose(environment), device => new Lazy<T>(() => load(device))).Value;
}
