using System.Runtime.ExceptionServices;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace AudioBsq.MLNet;

/// <summary>
/// Reads rows ahead, computes them together, then serves them one by one. Batches grow 1, 2, 4 … so that a preview does not
/// pay for a full one. An error in reading a row is thrown when that row's turn comes, after the good rows before it were served.
/// </summary>
internal sealed class BatchCursor : DataViewRowCursor
{
    private readonly BatchMapper _mapper;
    private readonly ColumnPlan _plan;
    private readonly DataViewRowCursor _input;
    private readonly BatchSession _session;
    private readonly List<ColumnBuffer> _buffers = [];
    private readonly Delegate?[] _getters;
    private readonly ValueGetter<DataViewRowId> _inputId;
    private readonly DataViewRowId[] _ids;
    private readonly long[] _batches;
    private ExceptionDispatchInfo? _unread; // of the row after the last one collected
    private Exception? _failure;
    private int _count, _nextSize = 1, _slot = -1;
    private long _position = -1;
    private bool _ended, _disposed;

    public BatchCursor(BatchMapper mapper, ColumnPlan plan, DataViewRowCursor input)
    {
        (_mapper, _plan, _input) = (mapper, plan, input);
        (_ids, _batches) = (new DataViewRowId[mapper.BatchSize], new long[mapper.BatchSize]);
        _inputId = input.GetIdGetter();
        _session = mapper.Open(input, mapper.BatchSize);
        try
        {
            int inputs = mapper.InputSchema.Count;
            _getters = [.. mapper.OutputSchema.Select(column =>
                !plan.IsActive(column) ? null : column.Index < inputs ? Buffered(column) : _session.Getter(column.Index - inputs, Slot))];
        }
        catch
        {
            _session.Dispose();
            throw;
        }
    }

    public override DataViewSchema Schema => _mapper.OutputSchema;

    public override long Position => _position;

    public override long Batch => _slot >= 0 ? _batches[_slot] : 0;

    public override bool IsColumnActive(DataViewSchema.Column column) => _plan.IsActive(column);

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
    {
        _plan.Require(column);
        return ColumnPlan.Typed<TValue>(_getters[column.Index]!, column);
    }

    public override ValueGetter<DataViewRowId> GetIdGetter() => (ref DataViewRowId id) => id = _ids[Slot()];

    public override bool MoveNext()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (_failure is not null)
            throw new InvalidOperationException("This cursor has failed before and cannot go on; open a new one.", _failure);
        if (_slot + 1 >= _count && !Refill())
        {
            (_slot, _count, _position) = (-1, 0, -1);
            return false;
        }

        _slot++;
        _position++;
        return true;
    }

    protected override void Dispose(bool disposing)
    {
        if (!_disposed && disposing)
        {
            (_disposed, _slot) = (true, -1);
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

    /// <summary>Reads and computes the next batch; false at the end.</summary>
    private bool Refill()
    {
        (_slot, _count) = (-1, 0);
        try
        {
            _unread?.Throw();
            while (_count < _nextSize && !_ended && _unread is null) ReadAhead();
            _nextSize = Math.Min(_nextSize * 2, _mapper.BatchSize);
            if (_count == 0) _unread?.Throw();
            else _session.Run(_count);
            return _count > 0;
        }
        catch (Exception failure)
        {
            (_failure, _count, _position) = (failure, 0, -1);
            throw;
        }
    }

    private void ReadAhead()
    {
        try
        {
            _ended = !_input.MoveNext();
            if (_ended) return;
            _session.Collect(_count);
            foreach (var buffer in _buffers) buffer.Store(_count);
            _inputId(ref _ids[_count]);
            _batches[_count] = _input.Batch;
            _count++;
        }
        catch (Exception failure)
        {
            _unread = ExceptionDispatchInfo.Capture(failure);
        }
    }

    private Delegate Buffered(DataViewSchema.Column column)
    {
        var buffer = ColumnBuffer.Create(_input, _mapper.InputSchema[column.Index], _mapper.BatchSize);
        _buffers.Add(buffer);
        return buffer.Getter(Slot);
    }

    private int Slot() => _slot >= 0 ? _slot : throw new InvalidOperationException(ColumnPlan.NoRow);
}
