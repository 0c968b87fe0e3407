using Microsoft.ML;
using Microsoft.ML.Data;

namespace AudioBsq.MLNet;

/// <summary>Columns that transformers add, and the shapes of them that estimators promise.</summary>
internal static class OutputColumn
{
    /// <summary>A column with annotations.</summary>
    public static DataViewSchema.DetachedColumn Create(string name, DataViewType type, Action<DataViewSchema.Annotations.Builder> annotate)
    {
        var annotations = new DataViewSchema.Annotations.Builder();
        annotate(annotations);
        return new DataViewSchema.DetachedColumn(name, type, annotations.ToAnnotations());
    }

    public static SchemaShape.Column Shape(DataViewSchema.DetachedColumn column) =>
        Shape(column.Name, column.Type, column.Annotations is { } annotations
            ? new SchemaShape(annotations.Schema.Select(annotation => Shape(annotation.Name, annotation.Type, null)))
            : null);

    private static SchemaShape.Column Shape(string name, DataViewType type, SchemaShape? annotations)
    {
        SchemaShape.GetColumnTypeShape(type, out var kind, out var itemType, out bool isKey);
        return new SchemaShape.Column(name, kind, itemType, isKey, annotations);
    }
}
