using Microsoft.ML;

namespace AudioBsq.MLNet;

/// <summary>Serves the input's columns as they are, and computes a row when one of its new columns is first asked for.</summary>
internal sealed class RowSession(BatchMapper mapper, ColumnPlan plan, DataViewRow row) : IDisposable
{
    private readonly BatchSession? _session = plan.Computes ? mapper.Open(row, capacity: 1) : null;
    private long _computed = -1;

    public ValueGetter<T> Getter<T>(DataViewSchema.Column column)
    {
        plan.Require(column);
        int inputs = mapper.InputSchema.Count;
        return column.Index < inputs
            ? row.GetGetter<T>(mapper.InputSchema[column.Index])
            : ColumnPlan.Typed<T>(_session!.Getter(column.Index - inputs, Compute), column);
    }

    public void Dispose() => _session?.Dispose();

    private int Compute()
    {
        if (row.Position < 0) throw new InvalidOperationException(ColumnPlan.NoRow);
        if (_computed != row.Position)
        {
            _computed = -1;
            _session!.Collect(0);
            _session.Run(0, 1);
            _computed = row.Position;
        }

        return 0;
    }
}
