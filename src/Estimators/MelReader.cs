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
    private readonly int _perFrame = MelRows.ValuesPerFrame(column, model.Mel), _kept = model.Options.FrameValues;
    private readonly bool _mayBeWaveform = AudioColumn.TryGetMelOptions(column) is null && ReadsDecibels(model);
    private VBuffer<float> _row;

    /// <summary>The row's spectrogram (frames, values), with the windows that the model sees.</summary>
    /// <exception cref="InvalidDataException">It is none.</exception>
    public float[] Read()
    {
        getter(ref _row);
        float[] mel = MelRows.Values(_row, column.Name, _perFrame, row.Position);
        if (_mayBeWaveform) MelRows.RefuseWaveform(mel, column.Name, row.Position);
        return MelScales.Cut(mel, _perFrame, _kept);
    }

    private static bool ReadsDecibels(AudioBsqModel model) =>
        model.Mel.Level is MelLevel.FullScale or MelLevel.FileMaximum && !model.Options.Compatibility.UnscaledInput;
}
