using System.Security.Cryptography;
using AudioBsq.Native;
using AudioBsq.Onnx;
using AudioBsq.Persistence;
using AudioBsq.Signal;
using AudioBsq.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace AudioBsq.Vocoding;

/// <summary>
/// A vocoder: a small network that turns mel spectrograms (frames, bands) into sound, faster than <see cref="GriffinLim"/>, and that can be
/// trained to repair a tokenizer's reconstructions (after Vocos; Siuzdak 2023). Start reading here. One instance may be used from several
/// threads at once, except while it is being disposed. For sound while frames are still coming in use <see cref="StreamingSynthesizer"/>.
/// </summary>
/// <example>
/// <code>
/// using var vocoder = NeuralVocoder.Train(VocoderTrainingData.Of(waveforms), new VocoderOptions(), mel.Options);
/// float[] sound = vocoder.Synthesize(mel.Extract(waveform), waveform.Length);
/// </code>
/// </example>
public sealed class NeuralVocoder : IWaveformSynthesizer, IDisposable
{
    private readonly VocoderNetwork? _network;
    private readonly Device? _device;
    private readonly IReadOnlyDictionary<string, SafetensorsTensor>? _weights; // where torch does not have them
    private readonly IVocoderEngine _engine;
    private string? _fingerprint;
    private bool _disposed;

    /// <summary>A vocoder on torch.</summary>
    internal NeuralVocoder(VocoderNetwork network, VocoderOptions options, MelOptions mel, Device device)
        : this(options, mel, new TorchVocoderEngine(network, options, mel, device))
    {
        (_network, _device) = (network, device);
        network.to(device);
        network.eval();
    }

    /// <summary>A vocoder on ONNX Runtime.</summary>
    internal NeuralVocoder(
        VocoderOptions options, MelOptions mel, IReadOnlyDictionary<string, SafetensorsTensor> weights, IGraphRuntime runtime)
        : this(options, mel, new GraphVocoderEngine(options, mel, name => weights[name].ToSingles(), runtime)) => _weights = weights;

    private NeuralVocoder(VocoderOptions options, MelOptions mel, IVocoderEngine engine)
    {
        (Options, Mel, _engine) = (options, mel, engine);
        (Input, OverlapAdd) = (new VocoderInput(options, mel), new OverlapAdd(mel));
    }

    /// <summary>The network's sizes.</summary>
    public VocoderOptions Options { get; }

    /// <summary>The mel spectrograms that the vocoder is made for.</summary>
    public MelOptions Mel { get; }

    /// <inheritdoc/>
    public int SampleRate => Mel.SampleRate;

    /// <summary>Number of weights.</summary>
    public long ParameterCount =>
        VocoderNetwork.Layout(Options, Mel).Sum(entry => entry.Shape.Aggregate(1L, (count, size) => count * size));

    /// <summary>32 hexadecimal digits of the SHA-256 of the vocoder's file. Computed at the first call.</summary>
    internal string Fingerprint
    {
        get
        {
            if (_fingerprint is not null) return _fingerprint;
            using var file = new MemoryStream();
            Save(file);
            return _fingerprint = Convert.ToHexStringLower(SHA256.HashData(file.GetBuffer().AsSpan(0, (int)file.Length)).AsSpan(0, 16));
        }
    }

    /// <summary>The network on torch, to train it.</summary>
    /// <exception cref="NotSupportedException">The vocoder runs on ONNX Runtime.</exception>
    internal VocoderNetwork Network
    {
        get
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return _network ?? throw new NotSupportedException(
                "This vocoder runs on ONNX Runtime, which only synthesizes: load it with device 'cpu' or 'cuda' for anything else.");
        }
    }

    /// <summary>What runs the network.</summary>
    internal IVocoderEngine Engine
    {
        get
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return _engine;
        }
    }

    /// <summary>The weights, for a file.</summary>
    internal IEnumerable<NamedWeights> Weights => _weights is null
        ? Network.state_dict().Select(entry => NamedWeights.Of(entry.Key, entry.Value))
        : _weights.Values.Select(NamedWeights.Of);

    internal VocoderInput Input { get; }

    internal OverlapAdd OverlapAdd { get; }

    /// <summary>Torch's device.</summary>
    /// <exception cref="NotSupportedException">The vocoder runs on ONNX Runtime.</exception>
    internal Device Device => _device ?? throw new NotSupportedException("This vocoder runs on ONNX Runtime, and on no device of torch.");

    /// <summary>A vocoder with random weights: for training to start from, and for tests.</summary>
    public static NeuralVocoder Create(VocoderOptions options, MelOptions mel, int seed = 1, string device = "auto")
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(mel);
        options.Validate(mel);
        var place = TorchDevice.Resolve(device);
        using var generator = new SeededGenerator(seed);
        return new NeuralVocoder(new VocoderNetwork(options, mel), options, mel, place);
    }

    /// <summary>Trains a new vocoder. On a CPU, the same arguments and the same number of torch threads give the same weights.</summary>
    /// <param name="data">Training data.</param>
    /// <param name="options">The network.</param>
    /// <param name="mel">The mel spectrograms that the vocoder is made for.</param>
    /// <param name="training">How to train; defaults when null.</param>
    /// <param name="report">Called from time to time, on the calling thread.</param>
    /// <param name="from">
    /// A vocoder whose weights training starts from; random weights when null. Its options are the same but for
    /// <see cref="VocoderOptions.LookAheadFrames"/>: convolutions keep the taps at the frames that both see.
    /// </param>
    /// <param name="cancellation">Stops between two steps.</param>
    /// <exception cref="ArgumentException">The network or the mel spectrograms of <paramref name="from"/> are others.</exception>
    /// <exception cref="OperationCanceledException">
    /// Training was cancelled, between two steps; what <see cref="TrainingLoopOptions.Checkpoints"/> wrote is kept.
    /// </exception>
    /// <exception cref="InvalidDataException">
    /// A clip has a sample or level that is not finite, or a mel spectrogram that does not fit; the message has its number.
    /// </exception>
    /// <exception cref="InvalidOperationException">No clip has a whole frame.</exception>
    /// <exception cref="ArithmeticException">Too many steps in a row had a loss or gradient that is not finite.</exception>
    public static NeuralVocoder Train(
        VocoderTrainingData data,
        VocoderOptions options,
        MelOptions mel,
        VocoderTrainingOptions? training = null,
        Action<VocoderProgress>? report = null,
        NeuralVocoder? from = null,
        CancellationToken cancellation = default) =>
        VocoderTraining.Train(data, options, mel, training ?? new VocoderTrainingOptions(), report, from, cancellation);

    /// <summary>Reads a vocoder file.</summary>
    /// <param name="path">A file that <see cref="Save(string)"/> wrote.</param>
    /// <param name="device">auto, cpu, cuda or cuda:N, or onnx: ONNX Runtime.</param>
    /// <exception cref="InvalidDataException">The file is no vocoder, or is damaged.</exception>
    public static NeuralVocoder Load(string path, string device = "auto")
    {
        using var stream = File.OpenRead(path);
        return VocoderFile.Read(stream, path, device);
    }

    /// <summary>The same from a stream, from its position to its end. It need not seek, and is left open.</summary>
    /// <exception cref="InvalidDataException">The stream holds no vocoder, or more than one, or is damaged.</exception>
    public static NeuralVocoder Load(Stream stream, string device = "auto")
    {
        ArgumentNullException.ThrowIfNull(stream);
        return VocoderFile.Read(stream, stream is FileStream file ? file.Name : "stream", device);
    }

    /// <summary>
    /// Writes the network as an ONNX file for other programs: levels and initial magnitudes → magnitudes and phases (docs/onnx.md). The
    /// stream is left open.
    /// </summary>
    public void ExportOnnx(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        var graph = new VocoderGraph(Options, Mel, NamedWeights.ByName(Weights)).Write();
        stream.Write(graph.ToBytes("Levels and initial magnitudes to magnitudes and phases.", new Dictionary<string, string>
        {
            ["part"] = "Vocoder",
            ["options"] = OptionsJson.Write(Options),
            ["mel"] = OptionsJson.Write(Mel),
            ["fingerprint"] = Fingerprint,
        }));
    }

    /// <summary>Writes the weights and options as one safetensors file.</summary>
    public void Save(string path) => AtomicFile.Write(path, Save);

    /// <summary>The same into a stream, which is left open.</summary>
    public void Save(Stream stream) => Save(stream, WeightPrecision.Full);

    /// <summary>The same with weights in another precision.</summary>
    /// <exception cref="NotSupportedException">A weight is too large for it.</exception>
    public void Save(string path, WeightPrecision precision) => AtomicFile.Write(path, stream => Save(stream, precision));

    /// <inheritdoc cref="Save(string, WeightPrecision)"/>
    public void Save(Stream stream, WeightPrecision precision)
    {
        ArgumentNullException.ThrowIfNull(stream);
        VocoderFile.Write(stream, this, precision);
    }

    /// <summary>
    /// Mel (frames, bands) in the unit of <see cref="MelOptions.Level"/> → waveform, nominally −1 to 1; loud moments may exceed that. Long
    /// clips are synthesized in windows, so that memory does not grow with the length, except for mel and waveform.
    /// </summary>
    /// <param name="mel">Frames, row by row.</param>
    /// <param name="samples">
    /// Length wanted, one that gives these frames: from (frames − 1)·hop, which
    /// is the default, to frames·hop − 1. An empty mel gives an empty waveform.
    /// </param>
    /// <param name="cancellation">Checked between two windows.</param>
    /// <exception cref="ArgumentException">
    /// The mel has no whole frames or holds an impossible level, or the length does not fit it.
    /// </exception>
    public float[] Synthesize(ReadOnlyMemory<float> mel, int? samples = null, CancellationToken cancellation = default) =>
        Synthesize(mel, samples, griffinLimIterations: 0, cancellation);

    /// <inheritdoc cref="Synthesize(ReadOnlyMemory{float}, int?, CancellationToken)"/>
    /// <param name="mel">Frames, row by row.</param>
    /// <param name="samples">Length wanted, one that gives these frames; (frames − 1)·hop when null.</param>
    /// <param name="griffinLimIterations">
    /// Rounds of fast Griffin-Lim (<see cref="GriffinLim"/>) that start from the network's spectra and draw the sound towards the mel
    /// bands, at the level of these spectra; 0 leaves them out.
    /// </param>
    /// <param name="cancellation">Checked between two windows.</param>
    public float[] Synthesize(
        ReadOnlyMemory<float> mel, int? samples, int griffinLimIterations, CancellationToken cancellation = default)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return new VocoderWindows(this).Synthesize(mel, samples, griffinLimIterations, cancellation);
    }

    /// <summary>Frees the native memory of the weights.</summary>
    public void Dispose()
    {
        _disposed = true;
        _engine.Dispose();
    }
}
