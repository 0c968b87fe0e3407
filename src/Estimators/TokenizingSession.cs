using AudioBsq.Inference;
using Microsoft.ML;

namespace AudioBsq.MLNet;

/// <summary>
/// Turns mel spectrograms into tokens, a batch at a time. Slots: one mel spectrogram each; results: its tokens, its frames, its latents.
/// </summary>
internal sealed class TokenizingSession : BatchSession
{
    private readonly SharedResource<AudioBsqModel>.Lease _model;
    private readonly TokenizerColumns _columns;
    private readonly int _bands;
    private readonly MelReader _reader;
    private readonly ReadOnlyMemory<float>[] _mels;
    private readonly int[] _frames;
    private readonly uint[][] _keys;
    private readonly float[][] _latents;

    public TokenizingSession(
        SharedResource<AudioBsqModel>.Lease model, TokenizerColumns columns, DataViewRow row, DataViewSchema.Column column, int capacity)
    {
        (_model, _columns, _bands) = (model, columns, model.Value.Options.FrameValues);
        _reader = new MelReader(model.Value, row, column, VectorReader<float>(row, column));
        (_mels, _frames) = (new ReadOnlyMemory<float>[capacity], new int[capacity]);
        (_keys, _latents) = (new uint[capacity][], new float[capacity][]);
    }

    public override void Collect(int slot)
    {
        float[] mel = _reader.Read();
        (_mels[slot], _frames[slot]) = (mel, mel.Length / _bands);
    }

    public override void Run(int first, int count)
    {
        using var use = _model.Borrow();
        var mels = _mels.AsSpan(first, count);
        var clips = Encode(use.Value, mels.ToArray());
        for (int i = 0; i < count; i++) (_keys[first + i], _latents[first + i]) = (TokenColumn.ToKeys(clips[i].Tokens), clips[i].Latents);
        mels.Clear(); // the next rows are being read
    }

    public override Delegate Getter(int output, Func<int> slot)
    {
        if (output == 0) return VectorGetter<uint>(() => _keys[slot()]);
        return output == 1 && _columns.FrameCount is not null
            ? ScalarGetter(() => _frames[slot()])
            : VectorGetter<float>(() => _latents[slot()]);
    }

    private Encoded[] Encode(AudioBsqModel model, ReadOnlyMemory<float>[] mels) => _columns.Latents is null
        ? Array.ConvertAll(model.Encode(mels), tokens => new Encoded(tokens, []))
        : model.EncodeWithLatents(mels, default);
}
