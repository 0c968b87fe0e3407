using Microsoft.ML;

namespace AudioBsq.MLNet;

/// <summary>A transformer bound to one input schema: what it reads, what it adds, and how. Start reading here.</summary>
/// <param name="inputSchema">The schema it is bound to.</param>
/// <param name="inputs">Columns of that schema which the computation reads.</param>
/// <param name="outputs">Columns it adds.</param>
/// <param name="open">Starts a computation over a row that moves: the row, and how many rows can be collected at once.</param>
internal sealed class BatchMapper(
    DataViewSchema inputSchema,
    IReadOnlyList<DataViewSchema.Column> inputs,
    IReadOnlyList<DataViewSchema.DetachedColumn> outputs,
    Func<DataViewRow, int, BatchSession> open)
{
    public DataViewSchema InputSchema { get; } = inputSchema;

    public DataViewSchema OutputSchema { get; } = Append(inputSchema, outputs);

    /// <summary>Columns of the input that the computation reads.</summary>
    public IReadOnlyList<DataViewSchema.Column> Inputs => inputs;

    /// <summary>What decides the new columns beside the values of <see cref="Inputs"/>; null where that is not known.</summary>
    public ColumnOrigin? Origin { get; init; }

    /// <summary>
    /// Rows read ahead and computed together. With 1, each row is computed when one of its new columns is first asked for, so that
    /// a row which a later filter drops costs nothing.
    /// </summary>
    public int BatchSize { get; init; } = 1;

    /// <summary>
    /// Whether the next batch's rows are read on another thread while a batch is computed and served, so up to twice as many rows are kept.
    /// </summary>
    public bool ReadsAhead { get; init; }

    /// <summary>Maximum number of cursors in one cursor set that compute; 1 on a GPU.</summary>
    public int MaxCursors { get; init; } = int.MaxValue;

    public BatchSession Open(DataViewRow row, int capacity) => open(row, capacity);

    /// <summary>What is read and computed when the <paramref name="needed"/> columns of <see cref="OutputSchema"/> are asked for.</summary>
    public ColumnPlan Plan(IEnumerable<DataViewSchema.Column> needed)
    {
        ArgumentNullException.ThrowIfNull(needed);
        bool[] active = new bool[OutputSchema.Count];
        bool[] read = new bool[InputSchema.Count];
        bool computes = false;
        foreach (var column in needed)
        {
            if (column.Index >= active.Length || OutputSchema[column.Index].Name != column.Name)
            {
                throw new ArgumentException($"Column '{column.Name}' does not belong to this schema.", nameof(needed));
            }

            active[column.Index] = true;
            if (column.Index < read.Length) read[column.Index] = true;
            else computes = true;
        }

        if (computes)
        {
            foreach (var column in Inputs) read[column.Index] = true;
        }

        return new ColumnPlan(active, [.. InputSchema.Where(column => read[column.Index])], computes);
    }

    private static DataViewSchema Append(DataViewSchema input, IReadOnlyList<DataViewSchema.DetachedColumn> outputs)
    {
        var builder = new DataViewSchema.Builder();
        builder.AddColumns(input);
        builder.AddColumns(outputs);
        return builder.ToSchema();
    }
}
