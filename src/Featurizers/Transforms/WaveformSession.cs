using Microsoft.ML;
using Microsoft.ML.Data;

namespace AudioBsq.MLNet;

/// <summary>Computes a vector from each row's waveform. Slots: one result each.</summary>
/// <param name="compute">Samples → the result.</param>
/// <param name="row">The moving row.</param>
/// <param name="column">The waveform column.</param>
/// <param name="capacity">Slots.</param>
internal sealed class WaveformSession(
    Func<ReadOnlySpan<float>, float[]> compute, DataViewRow row, DataViewSchema.Column column, int capacity)
    : BatchSession
{
    private readonly ValueGetter<VBuffer<float>> _read = VectorReader<float>(row, column);
    private readonly float[][] _results = new float[capacity][];
    private VBuffer<float> _waveform;

    public override void Collect(int slot)
    {
        _read(ref _waveform);
        try
        {
            _results[slot] = compute(_waveform.IsDense ? _waveform.GetValues() : _waveform.ToValues());
        }
        catch (Exception rule) when (rule is ArgumentException or NotSupportedException)
        {
            throw new InvalidDataException($"Row {row.Position} of column '{column.Name}': {rule.Message}", rule);
        }
    }

    public override void Run(int first, int count) { }

    public override Delegate Getter(int output, Func<int> slot) => VectorGetter<float>(() => _results[slot()]);
}
