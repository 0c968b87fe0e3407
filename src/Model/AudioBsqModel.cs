using AudioBsq.Metrics;
using AudioBsq.Native;
using AudioBsq.Networks;
using AudioBsq.Persistence;
using AudioBsq.Signal;
using AudioBsq.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace AudioBsq;

/// <summary>
/// The whole model: mel spectrogram → tokens → mel spectrogram. Start reading here. Mel spectrograms are (frames, bands), row-major,
/// of any length; tokens are in time order, within one time step from low to high bands, as whole numbers from 0 to 2^bits − 1.
/// One instance may be used from several threads at once, except while it is being trained or disposed.
/// </summary>
/// <example>
/// <code>
/// var mel = new MelSpectrogram(new MelOptions());
/// using var model = AudioBsqModel.Train(TrainingData.Of(clips), AudioBsqOptions.Tiny, mel.Options);
/// int[] tokens = model.Encode(mel.Extract(waveform));
/// float[] drawn = model.Decode(tokens);
/// </code>
/// </example>
public sealed class AudioBsqModel : IDisposable
{
    private readonly AudioBsqNetwork _network;
    private string? _fingerprint;
    private bool _disposed;

    internal AudioBsqModel(AudioBsqNetwork network, MelOptions mel, Device device, ModelParts parts = ModelParts.All)
    {
        (_network, Mel, Device, Parts) = (network, mel, device, parts);
        _network.to(device);
        _network.eval();
    }

    /// <summary>What the model computes.</summary>
    public AudioBsqOptions Options => _network.Options;

    /// <summary>The mel spectrograms that the model was made for.</summary>
    public MelOptions Mel { get; }

    /// <summary>Weights of the network: of encoder and decoder, or of the one half that the model was saved with.</summary>
    public long ParameterCount => (long)NetworkLayout.Parameters(Options, Parts);

    /// <summary>Tokens for one second of sound; times <see cref="AudioBsqOptions.BitsPerToken"/> it is the bit rate.</summary>
    public double TokensPerSecond => Mel.FrameRate / Options.PatchFrames * Options.PatchesPerStep * Options.TokensPerPosition;

    /// <summary>
    /// 32 hexadecimal digits that tell this model from all others: from its options and weights, and the same however it was saved, as a
    /// file, in a pipeline or as one of its halves. Tokens are of use only with the model that made them. Computed at the first call.
    /// </summary>
    /// <exception cref="NotSupportedException">The model is a half that was saved by a release without fingerprints.</exception>
    public string Fingerprint => _fingerprint ??= ModelFingerprint.Of(this);

    internal AudioBsqNetwork Network
    {
        get
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return _network;
        }
    }

    internal Device Device { get; }

    /// <summary>The halves whose weights are really there.</summary>
    internal ModelParts Parts { get; }

    /// <summary>SHA-256 of the weights of the half that is not there, where its file says so.</summary>
    internal string? AbsentHash { get; init; }

    /// <summary>A model with random weights: the start of training, and for tests.</summary>
    public static AudioBsqModel Create(AudioBsqOptions options, MelOptions mel, int seed = 1, string device = "auto")
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(mel);
        options.Validate();
        mel.Validate();
        Check.That(mel.Bands == options.Bands, options.Bands, $"must equal the {mel.Bands} bands of the mel spectrogram");
        var place = TorchDevice.Resolve(device);
        using var generator = new SeededGenerator(seed);
        return new AudioBsqModel(new AudioBsqNetwork(options), mel, place);
    }

    /// <summary>Fits a new model. Same arguments, same number of torch threads, same weights (on a CPU).</summary>
    /// <param name="data">Mel spectrograms to learn from, and to measure on.</param>
    /// <param name="options">The model.</param>
    /// <param name="mel">How the spectrograms were made.</param>
    /// <param name="training">How to fit; defaults when null.</param>
    /// <param name="report">Called from time to time, on the calling thread.</param>
    /// <param name="cancellation">Stops between two steps.</param>
    /// <exception cref="OperationCanceledException">It was cancelled; nothing is kept but <see cref="TrainingOptions.Checkpoints"/>.</exception>
    /// <exception cref="InvalidOperationException">The checkpoints are of another run.</exception>
    /// <exception cref="InvalidDataException">There are checkpoints and none is whole.</exception>
    /// <exception cref="IOException">A checkpoint cannot be written; those before it are whole.</exception>
    /// <exception cref="InsufficientMemoryException">Memory ran out; the message names what to lower, and the failure is inside.</exception>
    /// <exception cref="ArithmeticException">Too many steps in a row were not finite (<see cref="TrainingOptions.MaxSkippedInARow"/>).</exception>
    public static AudioBsqModel Train(
        TrainingData data,
        AudioBsqOptions options,
        MelOptions mel,
        TrainingOptions? training = null,
        Action<TrainingProgress>? report = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(data);
        training ??= new TrainingOptions();
        training.Validate();
        var model = Create(options, mel, training.Seed, training.Device);
        try
        {
            using var generator = new SeededGenerator(training.Seed);
            new TrainingRun(model, training, data, report).Run(cancellation);
            return model;
        }
        catch (Exception failure)
        {
            model.Dispose();
            if (TorchMemory.IsExhausted(failure)) throw MemoryAdvice.Exception(options, training, failure);
            throw;
        }
    }

    /// <summary>Reads a model file.</summary>
    /// <param name="path">A file that <see cref="Save(string)"/> wrote.</param>
    /// <param name="device">auto, cpu, cuda or cuda:N.</param>
    /// <exception cref="InvalidDataException">It is not a whole model file.</exception>
    public static AudioBsqModel Load(string path, string device = "auto")
    {
        using var stream = File.OpenRead(path);
        return ModelFile.Read(stream, path, TorchDevice.Resolve(device));
    }

    /// <summary>
    /// A model with weights of the published Python version, as a safetensors file; docs/import.md says how a checkpoint becomes one. With
    /// the <see cref="Compatibility.Reference"/> that is the default it gives the tokens that the Python version gives.
    /// </summary>
    /// <param name="path">The weights, under the Python version's names. Half, bfloat16 and double precision become single precision.</param>
    /// <param name="options">The model, most often from <see cref="AudioBsqOptions.FromReferenceConfig"/>.</param>
    /// <param name="mel">Its mel spectrograms; <see cref="MelOptions.Reference"/> with the options' bands when null.</param>
    /// <param name="import">What else the file holds, and what is computed with it; defaults when null.</param>
    /// <exception cref="InvalidDataException">The weights are not those of this model; the message names every tensor that is missing, not expected, or of another shape or type.</exception>
    public static AudioBsqModel ImportReference(string path, AudioBsqOptions options, MelOptions? mel = null, ReferenceImportOptions? import = null)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        mel ??= MelOptions.Reference with { Bands = options.Bands };
        mel.Validate();
        Check.That(mel.Bands == options.Bands, options.Bands, $"must equal the {mel.Bands} bands of the mel spectrogram");
        using var stream = File.OpenRead(path);
        return ReferenceWeights.Read(stream, path, options, mel, import ?? new ReferenceImportOptions());
    }

    /// <summary>Writes the weights as a safetensors file under the published Python version's names. The same weights give the same bytes.</summary>
    /// <param name="path">The file; its configuration is <see cref="AudioBsqOptions.ToReferenceConfig"/>.</param>
    /// <exception cref="NotSupportedException">The Python version would compute something else with them; the message says what to do instead.</exception>
    public void ExportReference(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        ReferenceWeights.CheckExport(this);
        using var stream = File.Create(path);
        ExportReference(stream);
    }

    /// <summary>The same into a stream, which is left open.</summary>
    public void ExportReference(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        Need(ModelParts.All, "be exported");
        ReferenceWeights.Write(stream, this);
    }

    /// <summary>Writes the weights and options as one safetensors file.</summary>
    public void Save(string path)
    {
        ObjectDisposedException.ThrowIf(_disposed, this); // before an old file is lost
        using var stream = File.Create(path);
        ModelFile.Write(stream, this, Parts);
    }

    /// <summary>Tokens of one mel spectrogram (frames, bands): <see cref="AudioBsqOptions.TokensOf"/> its frames.</summary>
    public int[] Encode(ReadOnlyMemory<float> mel) => Encode([mel])[0];

    /// <summary>Tokens of several mel spectrograms. What a clip's tokens are does not depend on its neighbours.</summary>
    public int[][] Encode(IReadOnlyList<ReadOnlyMemory<float>> mels, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(mels);
        Need(ModelParts.Encoder, "encode");
        return new Windows(this).Encode(mels, cancellation);
    }

    /// <summary>The mel spectrogram that tokens stand for, of whole patches: (patches · frames per patch, bands).</summary>
    /// <exception cref="ArgumentException">The tokens do not fill whole time steps, or one is out of range.</exception>
    public float[] Decode(ReadOnlyMemory<int> tokens) => Decode([tokens])[0];

    /// <summary>The mel spectrograms of several clips' tokens.</summary>
    public float[][] Decode(IReadOnlyList<ReadOnlyMemory<int>> tokens, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        Need(ModelParts.Decoder, "decode");
        return new Windows(this).Decode(tokens, cancellation);
    }

    /// <summary>Encodes and decodes clips and measures what was lost and how the codes were used.</summary>
    public ReconstructionMetrics Evaluate(IEnumerable<float[]> mels, CancellationToken cancellation = default) => Evaluate(mels, look: null, cancellation);

    /// <summary>The same, showing the number from 0 of each clip, the clip, and its reconstruction of whole patches.</summary>
    internal ReconstructionMetrics Evaluate(IEnumerable<float[]> mels, Action<int, float[], float[]>? look, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(mels);
        int clip = 0;
        var evaluation = new ReconstructionEvaluation(Options.Bands, Options.BitsPerToken, Options.TokensPerPosition);
        foreach (float[] mel in mels)
        {
            cancellation.ThrowIfCancellationRequested();
            int[] tokens = Encode(mel);
            float[] drawn = Decode(tokens);
            evaluation.Add(mel, drawn, tokens);
            look?.Invoke(clip, mel, drawn);
            clip++;
        }

        return evaluation.Result();
    }

    /// <summary>Frees the native memory of the weights.</summary>
    public void Dispose()
    {
        _disposed = true;
        _network.Dispose();
    }

    internal void Need(ModelParts part, string verb)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (!Parts.HasFlag(part)) throw new NotSupportedException($"This model was saved as {Parts} only and cannot {verb}. Save the whole tokenizer to do both.");
    }
}
