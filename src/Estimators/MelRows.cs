using AudioBsq.Signal;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace AudioBsq.MLNet;

/// <summary>Finds a mel column and reads it row by row.</summary>
internal static class MelRows
{
    /// <summary>
    /// The column of this name, which must hold spectrograms as <paramref name="mel"/> says, as far as its annotation and type tell.
    /// </summary>
    public static DataViewSchema.Column Find(IExceptionContext context, DataViewSchema schema, string name, MelOptions mel)
    {
        var column = ColumnRule.SingleVector.Find(context, schema, name);
        if (AudioColumn.TryGetMelOptions(column) is { } carried && carried != mel)
            throw ColumnRule.Mismatch(context, name, mel.ToString(), carried.ToString());
        if (((VectorDataViewType)column.Type).Dimensions is [_, > 0 and int bands] && bands != mel.Bands)
            throw ColumnRule.Mismatch(context, name, $"mel spectrogram of {mel.Bands} bands", $"one of {bands} bands");
        return column;
    }

    /// <summary>
    /// Each row as (frames, bands), in an order that depends on <paramref name="shuffleSeed"/> where the data can be shuffled.
    /// </summary>
    public static IEnumerable<float[]> Read(
        IDataView data, string name, int bands, int? shuffleSeed = null, CancellationToken cancellation = default)
    {
        var column = data.Schema[name];
        using var cursor = data.GetRowCursor([column], shuffleSeed is { } seed && data.CanShuffle ? new Random(seed) : null);
        var getter = cursor.GetGetter<VBuffer<float>>(column);
        VBuffer<float> row = default;
        while (cursor.MoveNext())
        {
            cancellation.ThrowIfCancellationRequested();
            getter(ref row);
            yield return Values(row, name, bands, cursor.Position);
        }
    }

    /// <summary>One row's values, checked.</summary>
    /// <exception cref="InvalidDataException">They are not whole frames of so many bands, or one is not finite.</exception>
    public static float[] Values(in VBuffer<float> row, string name, int bands, long position)
    {
        if (row.Length % bands != 0)
        {
            throw new InvalidDataException(
                $"Row {position} of column '{name}' has {row.Length} numbers, which is no multiple of {bands} bands.");
        }

        float[] values = new float[row.Length];
        row.CopyTo(values);
        foreach (float value in values)
        {
            if (float.IsFinite(value)) continue;
            throw new InvalidDataException($"Row {position} of column '{name}' holds {value}; a mel spectrogram must be finite.");
        }

        return values;
    }
}
