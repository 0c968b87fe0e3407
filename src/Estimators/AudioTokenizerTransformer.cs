using AudioBsq.MLNet;
using AudioBsq.Persistence;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

[assembly: LoadableClass(typeof(AudioTokenizerTransformer), null, typeof(SignatureLoadModel), "", AudioTokenizerTransformer.LoaderSignature)]

namespace AudioBsq.MLNet;

/// <summary>
/// Adds a column of tokens to a column of mel spectrograms. Tokens do not depend on the batch size, on the other rows or on their order.
/// The weights live in native memory until this and every reconstructor made from it are disposed.
/// </summary>
public sealed class AudioTokenizerTransformer : AudioTransformer
{
    internal const string LoaderSignature = "AudioBsqTokenizer";
    internal const string ModelEntry = "Model.safetensors";

    private static readonly ModelFormat SavedAs = new("AUDBSQTK", LoaderSignature, typeof(AudioTokenizerTransformer));

    private readonly TokenizerColumns _columns;
    private readonly SharedResource<AudioBsqModel>.Lease _model;

    internal AudioTokenizerTransformer(IHostEnvironment environment, TokenizerColumns columns, SharedResource<AudioBsqModel>.Lease model)
        : base(environment, nameof(AudioTokenizerTransformer)) => (_columns, _model) = (columns, model);

    /// <summary>The mel column that is read.</summary>
    public string InputColumnName => _columns.Input;

    /// <summary>The token column that is added.</summary>
    public string OutputColumnName => _columns.Output;

    /// <summary>The model, for use without ML.NET, as long as this transformer is not disposed.</summary>
    public AudioBsqModel Model => _model.Value;

    private protected override ModelFormat Format => SavedAs;

    /// <summary>The transformer that turns tokens of this tokenizer back into mel spectrograms. Both hold the same weights.</summary>
    /// <param name="outputColumnName">Name of the mel column that it adds.</param>
    /// <param name="inputColumnName">Name of the token column; this tokenizer's when null.</param>
    /// <param name="frameCountColumnName">Column (Int32) with the number of frames that each clip is cut to; whole patches are kept when null.</param>
    /// <exception cref="NotSupportedException">The model was saved without its decoder.</exception>
    public AudioReconstructionTransformer CreateReconstructor(string outputColumnName, string? inputColumnName = null, string? frameCountColumnName = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(outputColumnName);
        Check.That(inputColumnName is not "", inputColumnName, "must be null or a name");
        Check.That(frameCountColumnName is not "", frameCountColumnName, "must be null or a name");
        if (!Model.Content.Parts.HasFlag(ModelParts.Decoder)) throw new NotSupportedException("The model was saved without its decoder and cannot reconstruct. Save the whole tokenizer to do both.");
        var columns = new TokenizerColumns(outputColumnName, inputColumnName ?? OutputColumnName, frameCountColumnName, _columns.BatchSize);
        return new AudioReconstructionTransformer(Host, columns, _model.Borrow());
    }

    /// <summary>The same tokenizer with another number of rows per batch, 1 to 65,536. Both hold the same weights, and either can be disposed first.</summary>
    public AudioTokenizerTransformer WithBatchSize(int batchSize)
    {
        TokenizerColumns.CheckBatchSize(batchSize, nameof(batchSize));
        return new AudioTokenizerTransformer(Host, _columns with { BatchSize = batchSize }, _model.Borrow());
    }

    private protected override BatchMapper Bind(DataViewSchema input)
    {
        var model = Model;
        var column = MelRows.Find(Host, input, InputColumnName, model.Mel);
        var outputs = TokenColumn.Outputs(OutputColumnName, _columns.FrameCount, model.Options);
        return new BatchMapper(input, [column], outputs, (row, capacity) => new Session(_model, row, column, capacity))
        {
            BatchSize = _columns.BatchSize,
            MaxCursors = ModelDevice.MostCursors(model),
        };
    }

    private protected override void Save(ModelWriter writer)
    {
        writer.Options(_columns);
        writer.Shared(ModelEntry, Model, stream => Model.Save(stream));
    }

    private protected override void Free() => _model.Dispose();

    private static AudioTokenizerTransformer Create(IHostEnvironment environment, ModelLoadContext context)
    {
        var reader = new ModelReader(context, SavedAs);
        var columns = reader.Options<TokenizerColumns>(saved => saved.Validate());
        return new AudioTokenizerTransformer(environment, columns, LoadModel(environment, reader, ModelParts.Encoder));
    }

    /// <summary>The model in the file, which must have the <paramref name="needed"/> half.</summary>
    internal static SharedResource<AudioBsqModel>.Lease LoadModel(IHostEnvironment environment, ModelReader reader, ModelParts needed)
    {
        string device = ModelDevice.Choose(environment);
        var model = reader.Shared(ModelEntry, stream => new SharedResource<AudioBsqModel>(new(ModelFile.Read(stream, ModelEntry, device)))).Acquire();
        if (model.Value.Content.Parts.HasFlag(needed)) return model;
        model.Dispose();
        throw reader.Damaged($"its model has no {needed}");
    }

    // Slots: one mel spectrogram each; results: its tokens, and its number of frames.
    private sealed class Session(SharedResource<AudioBsqModel>.Lease model, DataViewRow row, DataViewSchema.Column column, int capacity) : BatchSession
    {
        private readonly int _bands = model.Value.Options.Bands;
        private readonly ValueGetter<VBuffer<float>> _getter = row.GetGetter<VBuffer<float>>(column);
        private readonly ReadOnlyMemory<float>[] _mels = new ReadOnlyMemory<float>[capacity];
        private readonly uint[][] _keys = new uint[capacity][];
        private VBuffer<float> _row;

        public override void Collect(int slot)
        {
            _getter(ref _row);
            _mels[slot] = MelRows.Values(_row, column.Name, _bands, row.Position);
        }

        public override void Run(int count)
        {
            using var use = model.Borrow();
            int[][] tokens = use.Value.Encode(_mels.AsSpan(0, count).ToArray());
            for (int i = 0; i < count; i++) _keys[i] = TokenColumn.ToKeys(tokens[i]);
        }

        public override Delegate Getter(int output, Func<int> slot) => output == 0
            ? VectorGetter<uint>(() => _keys[slot()])
            : ScalarGetter(() => _mels[slot()].Length / _bands);
    }
}
