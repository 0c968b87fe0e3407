using AudioBsq.MLNet;
using AudioBsq.Persistence;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

[assembly: LoadableClass(typeof(AudioReconstructionTransformer), null, typeof(SignatureLoadModel), "", AudioReconstructionTransformer.LoaderSignature)]

namespace AudioBsq.MLNet;

/// <summary>Adds a column of mel spectrograms (frames, bands) that a column of tokens stands for. Made by a fitted tokenizer's <c>CreateReconstructor</c>.</summary>
public sealed class AudioReconstructionTransformer : AudioTransformer
{
    internal const string LoaderSignature = "AudioBsqReconstruct";

    private static readonly ModelFormat SavedAs = new("AUDBSQRC", LoaderSignature, typeof(AudioReconstructionTransformer));

    private readonly TokenizerColumns _columns;
    private readonly SharedResource<AudioBsqModel>.Lease _model;

    internal AudioReconstructionTransformer(IHostEnvironment environment, TokenizerColumns columns, SharedResource<AudioBsqModel>.Lease model)
        : base(environment, nameof(AudioReconstructionTransformer)) => (_columns, _model) = (columns, model);

    /// <summary>The token column that is read.</summary>
    public string InputColumnName => _columns.Input;

    /// <summary>The mel column that is added.</summary>
    public string OutputColumnName => _columns.Output;

    /// <summary>The model, for use without ML.NET, as long as this transformer is not disposed. Loaded without its tokenizer, it can only decode.</summary>
    public AudioBsqModel Model => _model.Value;

    private protected override ModelFormat Format => SavedAs;

    private protected override BatchMapper Bind(DataViewSchema input)
    {
        var model = Model;
        var tokens = input.GetColumnOrNull(InputColumnName) ?? throw Host.ExceptSchemaMismatch(nameof(input), "tokens", InputColumnName);
        if (!TokenColumn.Fits(tokens.Type, model.Options)) throw ColumnRule.Mismatch(Host, InputColumnName, TokenColumn.Type(model.Options).ToString()!, tokens.Type.ToString()!);
        DataViewSchema.Column? frames = _columns.FrameCount is { } name ? FrameCounts.Find(Host, input, name) : null;
        return new BatchMapper(
            input,
            frames is { } f ? [tokens, f] : [tokens],
            [MelColumn.Create(OutputColumnName, model.Mel)],
            (row, capacity) => new Session(_model, row, tokens, frames, capacity))
        {
            BatchSize = _columns.BatchSize,
            MaxCursors = ModelDevice.MostCursors(model),
        };
    }

    private protected override void Save(ModelWriter writer)
    {
        writer.Options(_columns);
        // The network stands for the half that is written here: a tokenizer after this one needs the whole model, and must not be led to a half.
        writer.Shared(AudioTokenizerTransformer.ModelEntry, Model.Content.Network, stream => ModelFile.Write(stream, Model.Content, ModelParts.Decoder), whole: Model);
    }

    private protected override void Free() => _model.Dispose();

    private static AudioReconstructionTransformer Create(IHostEnvironment environment, ModelLoadContext context)
    {
        var reader = new ModelReader(context, SavedAs);
        var columns = reader.Options<TokenizerColumns>(saved => saved.Validate());
        return new AudioReconstructionTransformer(environment, columns, AudioTokenizerTransformer.LoadModel(environment, reader, ModelParts.Decoder));
    }

    // Slots: one clip's tokens each, and the frames to keep; results: its mel spectrogram.
    private sealed class Session : BatchSession
    {
        private readonly SharedResource<AudioBsqModel>.Lease _model;
        private readonly AudioBsqOptions _options;
        private readonly DataViewRow _row;
        private readonly string _name;
        private readonly ValueGetter<VBuffer<uint>> _tokens;
        private readonly ValueGetter<int>? _frames;
        private readonly ReadOnlyMemory<int>[] _clips;
        private readonly int[] _kept;
        private readonly ReadOnlyMemory<float>[] _mels;
        private VBuffer<uint> _keys;

        public Session(SharedResource<AudioBsqModel>.Lease model, DataViewRow row, DataViewSchema.Column tokens, DataViewSchema.Column? frames, int capacity)
        {
            (_model, _options, _row, _name) = (model, model.Value.Options, row, tokens.Name);
            _tokens = row.GetGetter<VBuffer<uint>>(tokens);
            _frames = frames is { } column ? row.GetGetter<int>(column) : null;
            (_clips, _kept, _mels) = (new ReadOnlyMemory<int>[capacity], new int[capacity], new ReadOnlyMemory<float>[capacity]);
        }

        public override void Collect(int slot)
        {
            _tokens(ref _keys);
            int[] tokens = TokenColumn.FromKeys(_keys, _name, _row.Position);
            int perStep = _options.PatchesPerStep * _options.TokensPerPosition;
            if (tokens.Length % perStep != 0) throw new InvalidDataException($"Row {_row.Position} of column '{_name}' has {tokens.Length} tokens, which is no multiple of the {perStep} of one time step.");
            int whole = tokens.Length / perStep * _options.PatchFrames, frames = whole;
            _frames?.Invoke(ref frames);
            if (frames < 0 || frames > whole) throw new InvalidDataException($"Row {_row.Position} asks for {frames} frames; its {tokens.Length} tokens hold 0 to {whole}.");
            (_clips[slot], _kept[slot]) = (tokens, frames);
        }

        public override void Run(int count)
        {
            using var use = _model.Borrow();
            float[][] drawn = use.Value.Decode(_clips.AsSpan(0, count).ToArray());
            for (int i = 0; i < count; i++) _mels[i] = drawn[i].AsMemory(0, _kept[i] * _options.Bands);
        }

        public override Delegate Getter(int output, Func<int> slot) => VectorGetter(() => _mels[slot()]);
    }
}
