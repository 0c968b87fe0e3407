using AudioBsq.Persistence;
using AudioBsq.Signal;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace AudioBsq.MLNet;

/// <summary>
/// What a column's annotations say about its sound. A column of waveforms holds vectors of Single at one sample rate; a column of mel
/// spectrograms holds vectors of Single, (frames, bands) row by row. Where all clips have one length, the column's type says it.
/// </summary>
public static class AudioColumn
{
    /// <summary>Name of a waveform column's annotation with the samples per second, an Int32.</summary>
    public const string SampleRateAnnotation = "SampleRate";

    /// <summary>Name of a mel column's annotation with the <see cref="MelOptions"/>, as JSON text.</summary>
    public const string MelOptionsAnnotation = "MelOptions";

    /// <summary>Samples per second of a waveform column, in Hz; null where the column does not say.</summary>
    public static int? TryGetSampleRate(DataViewSchema.Column column)
    {
        if (column.Annotations?.Schema.GetColumnOrNull(SampleRateAnnotation) is not { } annotation) return null;
        if (annotation.Type != NumberDataViewType.Int32) return null;
        int rate = 0;
        column.Annotations.GetValue(SampleRateAnnotation, ref rate);
        return rate;
    }

    /// <summary>How the spectrograms of a mel column were made; null where the column does not say.</summary>
    /// <exception cref="InvalidDataException">The annotation does not hold valid <see cref="MelOptions"/>.</exception>
    public static MelOptions? TryGetMelOptions(DataViewSchema.Column column)
    {
        if (column.Annotations?.Schema.GetColumnOrNull(MelOptionsAnnotation) is not { Type: TextDataViewType }) return null;
        ReadOnlyMemory<char> json = default;
        column.Annotations.GetValue(MelOptionsAnnotation, ref json);
        return OptionsJson.Read<MelOptions>(json.ToString(), $"Column '{column.Name}'", options => options.Validate());
    }

    /// <summary>A waveform column; samples is 0 where rows may differ.</summary>
    internal static DataViewSchema.DetachedColumn OfWaveforms(string name, int sampleRate, int samples = 0) =>
        OutputColumn.Create(name, new VectorDataViewType(NumberDataViewType.Single, samples), annotations =>
            annotations.AddPrimitiveValue(SampleRateAnnotation, NumberDataViewType.Int32, sampleRate));

    /// <summary>A mel column; frames is 0 where rows may differ.</summary>
    internal static DataViewSchema.DetachedColumn OfMels(string name, MelOptions options, int frames = 0) =>
        OutputColumn.Create(name, new VectorDataViewType(NumberDataViewType.Single, frames, options.ValuesPerFrame), annotations =>
            annotations.AddPrimitiveValue(MelOptionsAnnotation, TextDataViewType.Instance, OptionsJson.Write(options).AsMemory()));
}
