using Microsoft.ML;
using Microsoft.ML.Runtime;

namespace AudioBsq.MLNet;

/// <summary>Finds a waveform column.</summary>
internal static class WaveformRows
{
    /// <summary>The column of this name, which must hold waveforms at <paramref name="sampleRate"/>, as far as it says.</summary>
    public static DataViewSchema.Column Find(IExceptionContext context, DataViewSchema schema, string name, int sampleRate)
    {
        var column = ColumnRule.SingleVector.Find(context, schema, name);
        if (AudioColumn.TryGetSampleRate(column) is { } rate && rate != sampleRate)
            throw ColumnRule.Mismatch(context, name, $"a waveform at {sampleRate} Hz (MelOptions.SampleRate)", $"one at {rate} Hz");
        return column;
    }
}
