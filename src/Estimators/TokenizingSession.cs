using AudioBsq.Signal;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace AudioBsq.MLNet;

/// <summary>
/// Turns mel spectrograms into tokens, a batch at a time. Slots: one mel spectrogram each; results: its tokens, and its frames.
/// </summary>
internal sealed class TokenizingSession(
    SharedResource<AudioBsqModel>.Lease model, DataViewRow row, DataViewSchema.Column column, int capacity)
    : BatchSession
{
    private readonly int _bands = model.Value.Options.Bands;
    private readonly bool _mayBeWaveform = AudioColumn.TryGetMelOptions(column) is null && ReadsDecibels(model.Value);

    private readonly ValueGetter<VBuffer<float>> _getter = VectorReader<float>(row, column);
    private readonly ReadOnlyMemory<float>[] _mels = new ReadOnlyMemory<float>[capacity];
    private readonly int[] _frames = new int[capacity];
    private readonly uint[][] _keys = new uint[capacity][];
    private VBuffer<float> _row;

    public override void Collect(int slot)
    {
        _getter(ref _row);
        float[] mel = MelRows.Values(_row, column.Name, _bands, row.Position);
        if (_mayBeWaveform) MelRows.RefuseWaveform(mel, column.Name, row.Position);
        (_mels[slot], _frames[slot]) = (mel, mel.Length / _bands);
    }

    private static bool ReadsDecibels(AudioBsqModel model) =>
        model.Mel.Level is MelLevel.FullScale or MelLevel.FileMaximum && !model.Options.Compatibility.UnscaledInput;

    public override void Run(int first, int count)
    {
        using var use = model.Borrow();
        var mels = _mels.AsSpan(first, count);
        int[][] tokens = use.Value.Encode(mels.ToArray());
        for (int i = 0; i < count; i++) _keys[first + i] = TokenColumn.ToKeys(tokens[i]);
        mels.Clear(); // the next rows are being read
    }

    public override Delegate Getter(int output, Func<int> slot) => output == 0
        ? VectorGetter<uint>(() => _keys[slot()])
        : ScalarGetter(() => _frames[slot()]);
}
