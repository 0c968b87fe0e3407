using Microsoft.ML;
using Microsoft.ML.Data;

namespace AudioBsq.MLNet;

/// <summary>Reads a mel column row by row.</summary>
internal static class MelRows
{
    /// <summary>Each row as (frames, bands), in an order that depends on <paramref name="shuffleSeed"/> where the data can be shuffled.</summary>
    public static IEnumerable<float[]> Read(IDataView data, string name, int bands, int? shuffleSeed = null)
    {
        var column = data.Schema[name];
        using var cursor = data.GetRowCursor([column], shuffleSeed is { } seed && data.CanShuffle ? new Random(seed) : null);
        var getter = cursor.GetGetter<VBuffer<float>>(column);
        VBuffer<float> row = default;
        while (cursor.MoveNext())
        {
            getter(ref row);
            yield return Values(row, name, bands, cursor.Position);
        }
    }

    /// <summary>One row's values, checked.</summary>
    public static float[] Values(in VBuffer<float> row, string name, int bands, long position)
    {
        if (row.Length % bands != 0) throw new InvalidOperationException($"Row {position} of column '{name}' has {row.Length} numbers, which is no multiple of {bands} bands.");
        float[] values = new float[row.Length];
        row.CopyTo(values);
        foreach (float value in values)
        {
            if (!float.IsFinite(value)) throw new InvalidOperationException($"Row {position} of column '{name}' holds {value}; a mel spectrogram must be finite.");
        }

        return values;
    }
}
