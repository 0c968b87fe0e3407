using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace AudioBsq.MLNet;

/// <summary>A column (Int32) that says how many frames, or samples, each clip has.</summary>
internal static class FrameCounts
{
    private static readonly ColumnRule Count = new("Int32", column =>
        column.Kind == SchemaShape.Column.VectorKind.Scalar && column.ItemType == NumberDataViewType.Int32);

    public static DataViewSchema.Column Find(IExceptionContext context, DataViewSchema schema, string name) =>
        Count.Find(context, schema, name);

    public static SchemaShape.Column Find(IExceptionContext context, SchemaShape schema, string name) => Count.Find(context, schema, name);
}
