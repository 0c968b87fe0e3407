using AudioBsq.Distributed;
using AudioBsq.Inference;
using AudioBsq.Metrics;
using AudioBsq.Persistence;
using AudioBsq.Quantization;
using AudioBsq.Reference;
using AudioBsq.Signal;
using AudioBsq.Tokens;
using AudioBsq.Training;

namespace AudioBsq;

/// <summary>
/// The whole model: mel spectrogram → tokens → mel spectrogram. Start reading here. Mel spectrograms are (frames, bands), row-major,
/// of any length; tokens are in time order, within one time step from low to high bands, as integers from 0 to 2^bits − 1.
/// One instance may be used from several threads at once, except while it is being disposed.
/// </summary>
/// <example>
/// <code>
/// var mel = new MelSpectrogram(new MelOptions());
/// using var model = AudioBsqModel.Train(TrainingData.Of(clips), AudioBsqOptions.Tiny, mel.Options);
/// int[] tokens = model.Encode(mel.Extract(waveform));
/// float[] reconstructed = model.Decode(tokens);
/// </code>
/// </example>
public sealed class AudioBsqModel : IDisposable
{
    internal AudioBsqModel(ModelContent content) => Content = content;

    /// <summary>What the model computes.</summary>
    public AudioBsqOptions Options => Content.Options;

    /// <summary>The mel spectrograms that the model was made for.</summary>
    public MelOptions Mel => Content.Mel;

    /// <summary>Weights of the network: of encoder and decoder, or of the one half that the model was saved with.</summary>
    public long ParameterCount => (long)NetworkLayout.Parameters(Options, Content.Parts);

    /// <summary>Tokens for one second of sound; times <see cref="AudioBsqOptions.BitsPerToken"/> it is the bit rate.</summary>
    public double TokensPerSecond => Mel.FrameRate / Options.PatchFrames * Options.TokensPerStep;

    /// <summary>32 hexadecimal digits of a hash of options and weights. Tokens can only be decoded by the model that made them.</summary>
    public string Fingerprint => Content.Fingerprint;

    internal ModelContent Content { get; }

    /// <summary>A model with random weights: for training to start from, and for tests.</summary>
    public static AudioBsqModel Create(AudioBsqOptions options, MelOptions mel, int seed = 1, string device = "auto") =>
        new(ModelContent.Create(options, mel, seed, device));

    /// <summary>Trains a new model. On a CPU, the same arguments and the same number of torch threads give the same weights.</summary>
    /// <param name="data">Mel spectrograms to train on, and to validate on.</param>
    /// <param name="options">The model.</param>
    /// <param name="mel">How the mel spectrograms were computed.</param>
    /// <param name="training">How to train; defaults when null.</param>
    /// <param name="report">Called from time to time, on the calling thread.</param>
    /// <param name="from">
    /// A model whose weights are the first ones, trained or pre-trained; random weights when null. Its encoder and mel spectrograms must be
    /// like the new model's, though it may have fewer blocks; its decoder is used where it fits. It is not changed.
    /// </param>
    /// <param name="cancellation">Stops between two steps; what <see cref="TrainingLoopOptions.Checkpoints"/> wrote is kept.</param>
    /// <exception cref="ArgumentException">The encoder or the mel spectrograms of <paramref name="from"/> are others.</exception>
    /// <exception cref="InvalidOperationException">The checkpoint folder belongs to another run.</exception>
    /// <exception cref="InvalidDataException">All checkpoints are damaged, or the one to resume from is.</exception>
    /// <exception cref="InsufficientMemoryException">Memory ran out; the message names the options to lower.</exception>
    /// <exception cref="ArithmeticException">Too many steps in a row had a loss or gradient that is not finite.</exception>
    public static AudioBsqModel Train(
        TrainingData data, AudioBsqOptions options, MelOptions mel, TrainingOptions? training = null,
        Action<TrainingProgress>? report = null, AudioBsqModel? from = null, CancellationToken cancellation = default) =>
        Train(data, options, mel, training ?? new TrainingOptions(), report, atStart: null, from, cancellation);

    /// <summary>The same, with a call before the first step for what is known then: precision, resumed run, expected time.</summary>
    internal static AudioBsqModel Train(
        TrainingData data, AudioBsqOptions options, MelOptions mel, TrainingOptions training,
        Action<TrainingProgress>? report, Action<string>? atStart, AudioBsqModel? from, CancellationToken cancellation) =>
        new(TokenizerTraining.Train(data, options, mel, training, report, atStart, from?.Content, cancellation));

    /// <summary>
    /// Masked pre-training: makes a model's encoder, from which <c>Train</c> can start. The result has no decoder, and its tokens mean
    /// nothing yet. On a CPU, the same arguments and the same number of torch threads give the same weights.
    /// </summary>
    /// <param name="data">Mel spectrograms to train on, and to validate on.</param>
    /// <param name="options">The model; only its encoder is trained.</param>
    /// <param name="mel">How the mel spectrograms were computed.</param>
    /// <param name="pretraining">How to pre-train; defaults when null.</param>
    /// <param name="report">Called from time to time, on the calling thread.</param>
    /// <param name="cancellation">Stops between two steps; checkpoints are kept.</param>
    /// <exception cref="InvalidOperationException">The checkpoint folder belongs to another run.</exception>
    /// <exception cref="InvalidDataException">All checkpoints are damaged, or the one to resume from is.</exception>
    /// <exception cref="InsufficientMemoryException">Memory ran out; the message names the options to lower.</exception>
    /// <exception cref="ArithmeticException">Too many steps in a row had a loss or gradient that is not finite.</exception>
    public static AudioBsqModel Pretrain(
        TrainingData data, AudioBsqOptions options, MelOptions mel, PretrainingOptions? pretraining = null,
        Action<PretrainingProgress>? report = null, CancellationToken cancellation = default) =>
        Pretrain(data, options, mel, pretraining ?? new PretrainingOptions(), report, atStart: null, cancellation);

    internal static AudioBsqModel Pretrain(
        TrainingData data, AudioBsqOptions options, MelOptions mel, PretrainingOptions pretraining,
        Action<PretrainingProgress>? report, Action<string>? atStart, CancellationToken cancellation) =>
        new(Pretraining.Train(data, options, mel, pretraining, report, atStart, cancellation));

    /// <summary>
    /// Reads a file that <see cref="Save(string)"/> wrote. The device is auto, cpu, cuda or cuda:N, or onnx: ONNX Runtime, if the program
    /// has the package AudioBsq.MLNet.OnnxRuntime.
    /// </summary>
    /// <exception cref="InvalidDataException">The file is no model, or is damaged.</exception>
    public static AudioBsqModel Load(string path, string device = "auto") => new(ModelFile.Read(path, device));

    /// <summary>The same from a stream, from its position to its end. It need not seek, and is left open.</summary>
    /// <exception cref="InvalidDataException">The stream holds no model, or more than one, or is damaged.</exception>
    public static AudioBsqModel Load(Stream stream, string device = "auto") => new(ModelFile.Read(stream, device));

    /// <summary>Reads weights of the published Python version, a safetensors file (docs/import.md).</summary>
    /// <exception cref="InvalidDataException">The weights do not fit the options; the message names every tensor that differs.</exception>
    public static AudioBsqModel ImportReference(string path, ReferenceCheckpoint checkpoint) =>
        new(ReferenceWeights.Read(path, checkpoint));

    /// <summary>Writes the weights as a safetensors file under the published Python version's names.</summary>
    /// <exception cref="NotSupportedException">The Python version would compute something else; the message names the options.</exception>
    public void ExportReference(string path) => AtomicFile.Write(path, ExportReference);

    /// <summary>The same into a stream, which is left open.</summary>
    public void ExportReference(Stream stream) => ReferenceWeights.Write(stream, Content);

    /// <summary>
    /// Writes the encoder as an ONNX file for other programs: mel → latents and bits (docs/onnx.md). The stream is left open.
    /// </summary>
    /// <exception cref="NotSupportedException">The model is a decoder only.</exception>
    public void ExportOnnxEncoder(Stream stream) => OnnxFile.Write(stream, Content, ModelParts.Encoder);

    /// <summary>Writes the decoder as an ONNX file for other programs: bits → mel (docs/onnx.md). The stream is left open.</summary>
    /// <exception cref="NotSupportedException">The model is an encoder only.</exception>
    public void ExportOnnxDecoder(Stream stream) => OnnxFile.Write(stream, Content, ModelParts.Decoder);

    /// <summary>Writes weights and options as a safetensors file, which replaces an older file once it is complete on the disk.</summary>
    public void Save(string path) => AtomicFile.Write(path, Save);

    /// <summary>The same into a stream, which need not seek and is left open.</summary>
    public void Save(Stream stream) => Save(stream, WeightPrecision.Full);

    /// <summary>The same with weights in another precision.</summary>
    /// <exception cref="NotSupportedException">A weight is too large for it.</exception>
    public void Save(string path, WeightPrecision precision) => AtomicFile.Write(path, stream => Save(stream, precision));

    /// <inheritdoc cref="Save(string, WeightPrecision)"/>
    public void Save(Stream stream, WeightPrecision precision) => ModelFile.Write(stream, Content, Content.Parts, precision);

    /// <summary>Tokens of one mel spectrogram (frames, bands): <see cref="AudioBsqOptions.TokensOf"/> its frames.</summary>
    public int[] Encode(ReadOnlyMemory<float> mel) => Encode([mel])[0];

    /// <summary>Tokens of several mel spectrograms. A clip's tokens do not depend on the other clips.</summary>
    public int[][] Encode(IReadOnlyList<ReadOnlyMemory<float>> mels, CancellationToken cancellation = default) =>
        new WindowedInference(Content).Encode(mels, cancellation);

    /// <summary>
    /// What the encoder gives before quantization, (positions, <see cref="QuantizerOptions.Dimension"/>): one latent for each patch, in the
    /// order of the tokens. Quantized, they are the tokens that <c>Encode</c> gives.
    /// </summary>
    public float[] EncodeLatents(ReadOnlyMemory<float> mel) => EncodeLatents([mel])[0];

    /// <summary>
    /// Latents of several mel spectrograms. They depend on the other clips by rounding alone: by 1e-4 at most, of a length of 1 on the
    /// sphere.
    /// </summary>
    public float[][] EncodeLatents(IReadOnlyList<ReadOnlyMemory<float>> mels, CancellationToken cancellation = default) =>
        Array.ConvertAll(EncodeWithLatents(mels, cancellation), clip => clip.Latents);

    /// <summary>Tokens and latents by one pass.</summary>
    internal Encoded[] EncodeWithLatents(IReadOnlyList<ReadOnlyMemory<float>> mels, CancellationToken cancellation) =>
        new WindowedInference(Content).EncodeWithLatents(mels, cancellation);

    /// <summary>
    /// One vector for a mel spectrogram of any length: the encoder's features, pooled over time. It has
    /// <see cref="EmbeddingOptions.SizeOf"/> values, all zero where there are no frames.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The encoder has no such layer, or there are too many parts.</exception>
    public float[] Embed(ReadOnlyMemory<float> mel, EmbeddingOptions? options = null) => Embed([mel], options)[0];

    /// <summary>
    /// Embeddings of several mel spectrograms. They depend on the other clips by rounding alone: by 1e-4 at most, where features are about
    /// 1 in size.
    /// </summary>
    public float[][] Embed(
        IReadOnlyList<ReadOnlyMemory<float>> mels, EmbeddingOptions? options = null, CancellationToken cancellation = default) =>
        new WindowedInference(Content).Embed(mels, options ?? new EmbeddingOptions(), cancellation);

    /// <summary>The mel spectrogram of tokens, of whole patches: (patches · frames per patch, bands).</summary>
    /// <exception cref="ArgumentException">The tokens do not fill whole time steps, or one is out of range.</exception>
    public float[] Decode(ReadOnlyMemory<int> tokens) => Decode([tokens])[0];

    /// <summary>The mel spectrograms of several clips' tokens.</summary>
    public float[][] Decode(IReadOnlyList<ReadOnlyMemory<int>> tokens, CancellationToken cancellation = default) =>
        new WindowedInference(Content).Decode(tokens, cancellation);

    /// <summary>Encodes and decodes clips, and measures the reconstruction error and how the codes are used.</summary>
    public ReconstructionMetrics Evaluate(IEnumerable<float[]> mels, CancellationToken cancellation = default) =>
        new WindowedInference(Content).Evaluate(mels, observe: null, RankGroup.Alone, cancellation);

    /// <summary>The header of a token container. The name is the model's, for messages; samples is null if not known yet.</summary>
    public TokenHeader CreateTokenHeader(string name, long? samples = null) =>
        TokenHeader.Of(Fingerprint, Options, Mel, name, samples);

    /// <summary>A stream from samples to tokens, not for <see cref="MelLevel.FileMaximum"/>. The model must outlive it.</summary>
    public StreamingTokenizer CreateStreamingTokenizer() => new(Content);

    /// <summary>A stream from tokens to mel frames. The model must outlive it.</summary>
    public StreamingReconstructor CreateStreamingReconstructor() => new(Content);

    /// <summary>Frees the native memory of the weights.</summary>
    public void Dispose() => Content.Dispose();
}
