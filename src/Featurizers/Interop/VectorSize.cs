using Microsoft.ML;
using Microsoft.ML.Data;
using static Microsoft.ML.SchemaShape.Column;

namespace AudioBsq.MLNet;

/// <summary>The number of values in every row of a vector column; 0 where rows may differ.</summary>
internal static class VectorSize
{
    public static int Of(DataViewSchema.Column column) => column.Type is VectorDataViewType vector ? vector.Size : 0;

    /// <summary>A shape says whether there is a size, not which: 1 stands for any.</summary>
    public static int Of(SchemaShape.Column column) => column.Kind == VectorKind.Vector ? 1 : 0;
}
