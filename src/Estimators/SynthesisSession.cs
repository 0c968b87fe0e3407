using AudioBsq.Signal;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace AudioBsq.MLNet;

/// <summary>Synthesizes a waveform from each row's mel spectrogram. Slots: one waveform each.</summary>
/// <param name="synthesize">Mel (frames, bands) and the samples wanted, or null → waveform.</param>
/// <param name="row">The moving row.</param>
/// <param name="column">The mel column.</param>
/// <param name="options">The spectrograms that it must hold.</param>
/// <param name="samples">The column of samples wanted; null for none.</param>
/// <param name="capacity">Slots.</param>
internal sealed class SynthesisSession(
    Func<float[],
    int?,
    float[]> synthesize,
    DataViewRow row,
    DataViewSchema.Column column,
    MelOptions options,
    DataViewSchema.Column? samples,
    int capacity) : BatchSession
{
    private readonly ValueGetter<VBuffer<float>> _mel = VectorReader<float>(row, column);
    private readonly ValueGetter<int>? _samples = samples is { } count ? row.GetGetter<int>(count) : null;
    private readonly float[][] _waveforms = new float[capacity][];
    private readonly int _perFrame = MelRows.ValuesPerFrame(column, options);
    private VBuffer<float> _row;

    public override void Collect(int slot)
    {
        _mel(ref _row);
        float[] mel = MelScales.Cut(MelRows.Values(_row, column.Name, _perFrame, row.Position), _perFrame, options.ValuesPerFrame);
        int wanted = 0;
        _samples?.Invoke(ref wanted);
        try
        {
            _waveforms[slot] = synthesize(mel, _samples is null ? null : wanted);
        }
        catch (ArgumentException rule)
        {
            throw new InvalidDataException($"Row {row.Position} of column '{column.Name}': {rule.Message}", rule);
        }
    }

    public override void Run(int first, int count) { }

    public override Delegate Getter(int output, Func<int> slot) => VectorGetter<float>(() => _waveforms[slot()]);
}
