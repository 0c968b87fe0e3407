using AudioBsq.Native;
using AudioBsq.Networks;
using AudioBsq.Onnx;
using AudioBsq.Quantization;
using AudioBsq.Signal;
using TorchSharp;
using static TorchSharp.torch;

namespace AudioBsq.Persistence;

/// <summary>
/// A model in memory: its weights, the engine that runs it, the mel spectrograms that it is made for, and which of its halves have weights.
/// The weights are in a network on torch, or in arrays where another engine runs the model. All code that runs or saves a model uses this.
/// </summary>
internal sealed class ModelContent : IDisposable
{
    private readonly AudioBsqNetwork? _network;
    private readonly Device? _device;
    private readonly IReadOnlyDictionary<string, SafetensorsTensor>? _weights;
    private readonly IInferenceEngine _engine;
    private string? _fingerprint;
    private bool _disposed;

    /// <summary>A model on torch.</summary>
    public ModelContent(
        AudioBsqNetwork network, MelOptions mel, Device device, ModelParts parts = ModelParts.All, string? absentHash = null)
    {
        (_network, _device, Options, Mel, Parts, AbsentHash) = (network, device, network.Options, mel, parts, absentHash);
        _engine = new TorchEngine(network, device);
        network.to(device);
        network.eval();
    }

    /// <summary>A model on ONNX Runtime.</summary>
    public ModelContent(
        AudioBsqOptions options, MelOptions mel, IReadOnlyDictionary<string, SafetensorsTensor> weights, IGraphRuntime runtime,
        ModelParts parts, string? absentHash)
    {
        (_weights, Options, Mel, Parts, AbsentHash) = (weights, options, mel, parts, absentHash);
        _engine = new GraphEngine(options, name => weights[name].ToSingles(), runtime);
    }

    private ModelContent(ModelContent whole, ModelParts part)
    {
        (_network, _device, _weights, _engine) = (whole._network, whole._device, whole._weights, whole._engine);
        (Options, Mel, Parts) = (whole.Options, whole.Mel, part);
        AbsentHash = ModelFingerprint.HashOf(whole.Weights(ModelParts.All & ~part));
    }

    /// <summary>The network on torch, to train it or to look into it.</summary>
    /// <exception cref="NotSupportedException">The model runs on ONNX Runtime.</exception>
    public AudioBsqNetwork Network
    {
        get
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return _network ?? throw new NotSupportedException(
                "This model runs on ONNX Runtime, which only encodes and decodes: load it with device 'cpu' or 'cuda' for anything else.");
        }
    }

    /// <summary>What encodes and decodes.</summary>
    public IInferenceEngine Engine
    {
        get
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return _engine;
        }
    }

    public AudioBsqOptions Options { get; }

    public Quantizer Quantizer => Network.Quantizer;

    public MelOptions Mel { get; }

    /// <summary>Torch's device.</summary>
    /// <exception cref="NotSupportedException">The model runs on ONNX Runtime.</exception>
    public Device Device => _device ?? throw new NotSupportedException("This model runs on ONNX Runtime, and on no device of torch.");

    /// <summary>The halves that have weights.</summary>
    public ModelParts Parts { get; }

    /// <summary>SHA-256 of the missing half's weights; null for a whole model.</summary>
    public string? AbsentHash { get; }

    /// <summary><see cref="ModelFingerprint"/>, computed at the first call.</summary>
    public string Fingerprint => _fingerprint ??= ModelFingerprint.Of(this);

    /// <summary>A network with random weights.</summary>
    /// <exception cref="ArgumentException">The options are invalid, or do not fit the mel spectrograms.</exception>
    public static ModelContent Create(AudioBsqOptions options, MelOptions mel, int seed, string device)
    {
        CheckFit(options, mel);
        mel = mel.WithScales(options.InputScales);
        var place = TorchDevice.Resolve(device);
        using var generator = new SeededGenerator(seed);
        return new ModelContent(new AudioBsqNetwork(options), mel, place);
    }

    /// <exception cref="ArgumentException">The options are invalid, or do not fit the mel spectrograms.</exception>
    public static void CheckFit(AudioBsqOptions options, MelOptions mel)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(mel);
        options.Validate();
        mel.Validate();
        Check.That(mel.Bands == options.Bands, options.Bands, $"must equal the {mel.Bands} bands of the mel spectrogram");
        Check.That(
            mel.Scales >= options.InputScales, options.InputScales,
            $"must be at most the number of the mel spectrogram's windows, which is {mel.Scales}: add to "
            + $"{nameof(MelOptions.ExtraWindows)}");
    }

    /// <summary>The weights of some halves, for a file.</summary>
    public IEnumerable<NamedWeights> Weights(ModelParts parts) => _weights is null
        ? NetworkWeights.Of(Network, parts).Select(entry => NamedWeights.Of(entry.Name, entry.Tensor))
        : _weights.Values.Where(tensor => NetworkWeights.Belongs(tensor.Name, parts))
            .Select(NamedWeights.Of);

    /// <summary>One half of a whole model, over the same weights: this one must not be used or disposed afterwards.</summary>
    public ModelContent Half(ModelParts part) => new(this, part);

    /// <exception cref="NotSupportedException">
    /// The model lacks the weights of <paramref name="part"/>, which it needs to <paramref name="verb"/>.
    /// </exception>
    public void Require(ModelParts part, string verb)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (!Parts.HasFlag(part))
        {
            throw new NotSupportedException(
                $"This model was saved as {Parts} only and cannot {verb}. Save the whole tokenizer to do both.");
        }
    }

    public void Dispose()
    {
        _disposed = true;
        _engine.Dispose();
        _network?.Dispose();
    }
}
