using Microsoft.ML;

namespace AudioBsq.MLNet;

/// <summary>Embeds mel spectrograms, a batch at a time. Slots: one mel spectrogram each.</summary>
internal sealed class EmbeddingSession : BatchSession
{
    private readonly SharedResource<AudioBsqModel>.Lease _model;
    private readonly EmbeddingOptions _embedding;
    private readonly MelReader _reader;
    private readonly ReadOnlyMemory<float>[] _mels;
    private readonly float[][] _embeddings;

    public EmbeddingSession(
        SharedResource<AudioBsqModel>.Lease model, EmbeddingOptions embedding, DataViewRow row, DataViewSchema.Column column, int capacity)
    {
        (_model, _embedding) = (model, embedding);
        _reader = new MelReader(model.Value, row, column, VectorReader<float>(row, column));
        (_mels, _embeddings) = (new ReadOnlyMemory<float>[capacity], new float[capacity][]);
    }

    public override void Collect(int slot) => _mels[slot] = _reader.Read();

    public override void Run(int first, int count)
    {
        using var use = _model.Borrow();
        var mels = _mels.AsSpan(first, count);
        use.Value.Embed(mels.ToArray(), _embedding).CopyTo(_embeddings, first);
        mels.Clear(); // the next rows are being read
    }

    public override Delegate Getter(int output, Func<int> slot) => VectorGetter<float>(() => _embeddings[slot()]);
}
