using Microsoft.ML;
using Microsoft.ML.Data;

namespace AudioBsq.MLNet;

/// <summary>Serves the input's columns as they are and computes new ones row by row, or not at all where none was asked for.</summary>
internal sealed class RowCursor : DataViewRowCursor
{
    private readonly BatchMapper _mapper;
    private readonly ColumnPlan _plan;
    private readonly DataViewRowCursor _input;
    private readonly RowSession _session;
    private bool _disposed;

    public RowCursor(BatchMapper mapper, ColumnPlan plan, DataViewRowCursor input)
    {
        (_mapper, _plan, _input) = (mapper, plan, input);
        _session = new RowSession(mapper, plan, input);
    }

    public override DataViewSchema Schema => _mapper.OutputSchema;

    public override long Position => _input.Position;

    public override long Batch => _input.Batch;

    public override bool MoveNext()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return _input.MoveNext();
    }

    public override bool IsColumnActive(DataViewSchema.Column column) => _plan.IsActive(column);

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) => _session.Getter<TValue>(column);

    public override ValueGetter<DataViewRowId> GetIdGetter() => _input.GetIdGetter();

    protected override void Dispose(bool disposing)
    {
        if (!_disposed && disposing)
        {
            _disposed = true;
            try
            {
                _session.Dispose();
            }
            finally
            {
                _input.Dispose();
            }
        }

        base.Dispose(disposing);
    }
}
