using Microsoft.ML.Data;

namespace AudioBsq.MLNet;

/// <summary>The values of a vector column's row.</summary>
internal static class RowValues
{
    /// <summary>All values, as an array of its own.</summary>
    public static T[] ToValues<T>(this in VBuffer<T> row)
    {
        var values = new T[row.Length];
        row.CopyTo(values);
        return values;
    }
}
