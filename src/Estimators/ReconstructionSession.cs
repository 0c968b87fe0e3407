using Microsoft.ML;
using Microsoft.ML.Data;

namespace AudioBsq.MLNet;

/// <summary>Reconstructs mel spectrograms from tokens, a batch at a time. Slots: one clip's tokens each, and the frames to keep.</summary>
internal sealed class ReconstructionSession : BatchSession
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

    public ReconstructionSession(
        SharedResource<AudioBsqModel>.Lease model,
        DataViewRow row,
        DataViewSchema.Column tokens,
        DataViewSchema.Column? frames,
        int capacity)
    {
        (_model, _options, _row, _name) = (model, model.Value.Options, row, tokens.Name);
        _tokens = VectorReader<uint>(row, tokens);
        _frames = frames is { } column ? row.GetGetter<int>(column) : null;
        (_clips, _kept, _mels) = (new ReadOnlyMemory<int>[capacity], new int[capacity], new ReadOnlyMemory<float>[capacity]);
    }

    public override void Collect(int slot)
    {
        _tokens(ref _keys);
        int[] tokens = TokenColumn.FromKeys(_keys, _name, _row.Position);
        int perStep = _options.PatchesPerStep * _options.TokensPerPosition;
        if (tokens.Length % perStep != 0)
        {
            throw new InvalidDataException(
                $"Row {_row.Position} of column '{_name}' has {tokens.Length} tokens, which is no multiple of the {perStep} of one "
                + "time step.");
        }

        int whole = tokens.Length / perStep * _options.PatchFrames, frames = whole;
        _frames?.Invoke(ref frames);
        if (frames < 0 || frames > whole)
            throw new InvalidDataException($"Row {_row.Position} asks for {frames} frames; its {tokens.Length} tokens hold 0 to {whole}.");
        (_clips[slot], _kept[slot]) = (tokens, frames);
    }

    public override void Run(int first, int count)
    {
        using var use = _model.Borrow();
        float[][] reconstructed = use.Value.Decode(_clips.AsSpan(first, count).ToArray());
        for (int i = 0; i < count; i++) _mels[first + i] = reconstructed[i].AsMemory(0, _kept[first + i] * _options.Bands);
    }

    public override Delegate Getter(int output, Func<int> slot) => VectorGetter(() => _mels[slot()]);
}
