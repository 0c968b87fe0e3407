using Microsoft.ML;

namespace AudioBsq.MLNet;

/// <summary>The part of a schema that a cursor was asked for.</summary>
/// <param name="active">For each column of the output schema, whether it was asked for.</param>
/// <param name="inputs">Columns to read from the input.</param>
/// <param name="computes">Whether any new column was asked for; if not, the computation never starts.</param>
internal sealed class ColumnPlan(bool[] active, IReadOnlyList<DataViewSchema.Column> inputs, bool computes)
{
    public const string NoRow = "The cursor is not on a row: call MoveNext first, and stop where it gives false.";

    public IReadOnlyList<DataViewSchema.Column> Inputs { get; } = inputs;

    public bool Computes { get; } = computes;

    public bool IsActive(DataViewSchema.Column column) => column.Index < active.Length
        ? active[column.Index]
        : throw new ArgumentException($"Column '{column.Name}' does not belong to this schema.", nameof(column));

    public void Require(DataViewSchema.Column column)
    {
        if (!IsActive(column)) throw new InvalidOperationException($"Column '{column.Name}' was not asked for when this cursor was made.");
    }

    /// <summary>A getter as the type that the caller expects.</summary>
    public static ValueGetter<T> Typed<T>(Delegate getter, DataViewSchema.Column column) => getter as ValueGetter<T>
        ?? throw new InvalidOperationException($"Column '{column.Name}' holds {column.Type.RawType}, not {typeof(T)}.");
}
