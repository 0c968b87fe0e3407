using System.Runtime.ExceptionServices;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace AudioBsq.MLNet;

/// <summary>
/// Reads rows ahead, computes them together, then serves them one by one. Batches grow 1, 2, 4 … so that a preview does not
/// pay for a full one. Where the mapper asks for it, the next batch is read on another thread meanwhile. An error in reading a row is
/// thrown when that row's turn comes, after the good rows before it were served.
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
    private Task? _reading; // collects the next batch; until it ends, the input and what is collected belong to it
    private int _collectedFirst, _collected, _nextSize = 1; // the batch that is collected: its first slot, and its rows
    private int _first, _count, _slot = -1; // the batch that is served, and the current row's slot
    private long _position = -1;
    private bool _ended;
    private volatile bool _disposed;

    public BatchCursor(BatchMapper mapper, ColumnPlan plan, DataViewRowCursor input)
    {
        (_mapper, _plan, _input) = (mapper, plan, input);
        int slots = mapper.ReadsAhead ? 2 * mapper.BatchSize : mapper.BatchSize;
        (_ids, _batches) = (new DataViewRowId[slots], new long[slots]);
        _inputId = input.GetIdGetter();
        _session = mapper.Open(input, slots);
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
        if (_slot + 1 >= _first + _count && !Refill())
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
                _reading?.Wait();
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
            if (_reading is null) Collect();
            else _reading.GetAwaiter().GetResult();
            (_reading, _first, _count) = (null, _collectedFirst, _collected);
            if (_count == 0)
            {
                _unread?.Throw();
                return false;
            }

            if (_mapper.ReadsAhead)
            {
                _collectedFirst = _first == 0 ? _mapper.BatchSize : 0;
                _reading = Task.Run(Collect);
            }

            _session.Run(_first, _count);
            _slot = _first - 1;
            return true;
        }
        catch (Exception failure)
        {
            (_failure, _count, _position) = (failure, 0, -1);
            throw;
        }
    }

    private void Collect()
    {
        _collected = 0;
        while (_collected < _nextSize && !_ended && _unread is null && !_disposed) ReadRow(_collectedFirst + _collected);
        _nextSize = Math.Min(_nextSize * 2, _mapper.BatchSize);
    }

    private void ReadRow(int slot)
    {
        try
        {
            _ended = !_input.MoveNext();
            if (_ended) return;
            _session.Collect(slot);
            foreach (var buffer in _buffers) buffer.Store(slot);
            _inputId(ref _ids[slot]);
            _batches[slot] = _input.Batch;
            _collected++;
        }
        catch (Exception failure)
        {
            _unread = ExceptionDispatchInfo.Capture(failure);
        }
    }

    private Delegate Buffered(DataViewSchema.Column column)
    {
        var buffer = ColumnBuffer.Create(_input, _mapper.InputSchema[column.Index], _ids.Length);
        _buffers.Add(buffer);
        return buffer.Getter(Slot);
    }

    private int Slot() => _slot >= 0 ? _slot : throw new InvalidOperationException(ColumnPlan.NoRow);
}
