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

    /// <summary>Replaces a row by copies of these values, in its own memory where they fit.</summary>
    public static void Copy<T>(ReadOnlySpan<T> values, ref VBuffer<T> row)
    {
        var editor = VBufferEditor.Create(ref row, values.Length);
        values.CopyTo(editor.Values);
        row = editor.Commit();
    }
}
