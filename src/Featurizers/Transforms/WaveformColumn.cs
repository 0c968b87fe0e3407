using Microsoft.ML;
using Microsoft.ML.Data;

namespace AudioBsq.MLNet;

/// <summary>A column of waveforms: vectors of Single, of any length, at one sample rate that an annotation gives.</summary>
public static class WaveformColumn
{
    /// <summary>Name of the annotation with the samples per second, an Int32.</summary>
    public const string SampleRateAnnotation = "SampleRate";

    /// <summary>Samples per second of a waveform column, or null where the column does not say.</summary>
    public static int? TryGetSampleRate(DataViewSchema.Column column)
    {
        if (column.Annotations?.Schema.GetColumnOrNull(SampleRateAnnotation) is not { } annotation || annotation.Type != NumberDataViewType.Int32) return null;
        int rate = 0;
        column.Annotations.GetValue(SampleRateAnnotation, ref rate);
        return rate;
    }

    internal static DataViewSchema.DetachedColumn Create(string name, int sampleRate) =>
        OutputColumn.Create(name, new VectorDataViewType(NumberDataViewType.Single),
            annotations => annotations.AddPrimitiveValue(SampleRateAnnotation, NumberDataViewType.Int32, sampleRate));
}
