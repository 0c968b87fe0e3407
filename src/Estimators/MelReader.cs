using AudioBsq.Signal;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace AudioBsq.MLNet;

/// <summary>Reads the current row of a mel column as a model wants it, checked.</summary>
/// <param name="model">The model that gets the spectrograms.</param>
/// <param name="row">A row that moves.</param>
/// <param name="column">Its mel column.</param>
/// <param name="getter">Reads that column.</param>
internal sealed class MelReader(AudioBsqModel model, DataViewRow row, DataViewSchema.Column column, ValueGetter<VBuffer<float>> getter)
{
    private readonly int _bands = model.Options.Bands;
    private readonly bool _mayBeWaveform = AudioColumn.TryGetMelOptions(column) is null && ReadsDecibels(model);
    private VBuffer<float> _row;

    /// <summary>The row's spectrogram (frames, bands).</summary>
    /// <exception cref="InvalidDataException">It is none.</exception>
    public float[] Read()
    {
        getter(ref _row);
        float[] mel = MelRows.Values(_row, column.Name, _bands, row.Position);
        if (_mayBeWaveform) MelRows.RefuseWaveform(mel, column.Name, row.Position);
        return mel;
    }

    private static bool ReadsDecibels(AudioBsqModel model) =>
        model.Mel.Level is MelLevel.FullScale or MelLevel.FileMaximum && !model.Options.Compatibility.UnscaledInput;
}
