using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using static Microsoft.ML.SchemaShape.Column;

namespace AudioBsq.MLNet;

/// <summary>
/// What an input column has to be; a schema that breaks it gets an error with the column, the expected and the actual type.
/// </summary>
/// <param name="Expected">In words, for the error.</param>
/// <param name="Accepts">Whether a column of this shape will do.</param>
internal sealed record ColumnRule(string Expected, Func<SchemaShape.Column, bool> Accepts)
{
    public static ColumnRule SingleVector { get; } = new("vector of Single", column =>
        column.Kind != VectorKind.Scalar && !column.IsKey && column.ItemType == NumberDataViewType.Single);

    /// <summary>The column of this name, checked.</summary>
    public SchemaShape.Column Find(IExceptionContext context, SchemaShape schema, string name)
    {
        if (!schema.TryFindColumn(name, out var column)) throw Missing(context, name);
        return Accepts(column) ? column : throw Mismatch(context, name, Expected, column.GetTypeString());
    }

    /// <summary>The column of this name, checked.</summary>
    public DataViewSchema.Column Find(IExceptionContext context, DataViewSchema schema, string name)
    {
        var column = FindAny(context, schema, name);
        SchemaShape.GetColumnTypeShape(column.Type, out var kind, out var itemType, out bool isKey);
        return Accepts(new SchemaShape.Column(name, kind, itemType, isKey))
            ? column
            : throw Mismatch(context, name, Expected, column.Type.ToString()!);
    }

    /// <summary>The column of this name, whatever it is.</summary>
    public static DataViewSchema.Column FindAny(IExceptionContext context, DataViewSchema schema, string name) =>
        schema.GetColumnOrNull(name) ?? throw Missing(context, name);

    /// <summary>The error for a column that does not fit, for rules that this class does not know.</summary>
    public static Exception Mismatch(IExceptionContext context, string name, string expected, string actual) =>
        context.ExceptSchemaMismatch("inputSchema", "input", name, expected, actual);

    private static Exception Missing(IExceptionContext context, string name) => context.ExceptSchemaMismatch("inputSchema", "input", name);
}
