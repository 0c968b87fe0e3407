using AudioBsq.Persistence;
using AudioBsq.Signal;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace AudioBsq.MLNet;

/// <summary>A column of mel spectrograms: vectors of Single of (frames, bands), row by row, with an annotation that says how they were made.</summary>
public static class MelColumn
{
    /// <summary>Name of the annotation with the <see cref="MelOptions"/>, as JSON text.</summary>
    public const string OptionsAnnotation = "MelOptions";

    /// <summary>How the column's spectrograms were made, or null where the column does not say.</summary>
    /// <exception cref="InvalidDataException">The annotation is there, but is no valid <see cref="MelOptions"/>.</exception>
    public static MelOptions? TryGetOptions(DataViewSchema.Column column)
    {
        if (column.Annotations?.Schema.GetColumnOrNull(OptionsAnnotation) is not { Type: TextDataViewType }) return null;
        ReadOnlyMemory<char> json = default;
        column.Annotations.GetValue(OptionsAnnotation, ref json);
        return OptionsJson.Read<MelOptions>(json.ToString(), $"Column '{column.Name}'", options => options.Validate());
    }

    internal static DataViewSchema.DetachedColumn Create(string name, MelOptions options) =>
        OutputColumn.Create(name, new VectorDataViewType(NumberDataViewType.Single, 0, options.Bands),
            annotations => annotations.AddPrimitiveValue(OptionsAnnotation, TextDataViewType.Instance, OptionsJson.Write(options).AsMemory()));
}
