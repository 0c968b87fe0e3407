using AudioBsq.MLNet;
using Microsoft.ML;
using Microsoft.ML.Runtime;

[assembly: LoadableTransformer(typeof(AudioReconstructionTransformer), "AUDBSQRC", "AudioBsqReconstruct")]

namespace AudioBsq.MLNet;

/// <summary>
/// Adds a column of mel spectrograms (frames, bands) to the column of tokens that stand for them. The weights live in native memory until
/// this and every other transformer of the same model are disposed.
/// </summary>
public sealed class AudioReconstructionTransformer : AudioTransformer, ILoadableTransformer<AudioReconstructionTransformer>
{
    private readonly TokenizerColumns _columns;
    private readonly SharedResource<AudioBsqModel>.Lease _model;

    internal AudioReconstructionTransformer(
        IHostEnvironment environment, TokenizerColumns columns, SharedResource<AudioBsqModel>.Lease model)
        : base(environment, columns.Names, owned: model) => (_columns, _model) = (columns, model);

    /// <summary>
    /// The model, for use without ML.NET, as long as this transformer is not disposed. Loaded without its tokenizer, it can only decode.
    /// </summary>
    public AudioBsqModel Model => _model.Value;

    private protected override BatchMapper Bind(DataViewSchema input)
    {
        var model = Model;
        var tokens = TokenColumn.Find(Host, input, InputColumnName, model.Options);
        DataViewSchema.Column? frames = _columns.FrameCount is { } name ? FrameCounts.Find(Host, input, name) : null;
        return new BatchMapper(
            input,
            frames is { } f ? [tokens, f] : [tokens],
            [AudioColumn.OfMels(OutputColumnName, model.Mel.MainOnly, frames is null ? FramesOf(tokens, model.Options) : 0)],
            (row, capacity) => new ReconstructionSession(_model, row, tokens, frames, capacity))
        {
            BatchSize = _columns.BatchSize,
            MaxCursors = model.Content.Engine.MaxConcurrency,
        };
    }

    // Tokens that fill no whole time step are refused row by row.
    private static int FramesOf(DataViewSchema.Column tokens, AudioBsqOptions options) =>
        VectorSize.Of(tokens) / (options.PatchesPerStep * options.TokensPerPosition) * options.PatchFrames;

    private protected override void Save(ModelWriter writer)
    {
        writer.Options(_columns);
        ModelEntry.SaveDecoder(writer, Model);
    }

    static AudioReconstructionTransformer ILoadableTransformer<AudioReconstructionTransformer>.Load(
        IHostEnvironment environment, ModelReader reader)
    {
        var columns = reader.Options<TokenizerColumns>(saved => saved.Validate());
        return new AudioReconstructionTransformer(environment, columns, ModelEntry.Load(environment, reader, ModelParts.Decoder));
    }
}
