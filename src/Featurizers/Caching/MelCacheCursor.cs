using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.Win32.SafeHandles;

namespace AudioBsq.MLNet;

/// <summary>Serves rows of a cache in some order, or in that of a cursor with the other columns.</summary>
/// <param name="schema">Of the view.</param>
/// <param name="mel">The column in the file.</param>
/// <param name="file">The file.</param>
/// <param name="handle">It, open; it is disposed with this cursor.</param>
/// <param name="order">Row numbers in the order in which they are served; null for their own.</param>
/// <param name="others">The other columns, in the order of the file; they are disposed with this one.</param>
internal sealed class MelCacheCursor(
    DataViewSchema schema,
    DataViewSchema.Column mel,
    MelCacheFile file,
    SafeFileHandle handle,
    int[]? order,
    DataViewRowCursor? others) : DataViewRowCursor
{
    private int _position = -1;
    private bool _ended, _disposed;

    public override DataViewSchema Schema => schema;

    public override long Position => _position;

    public override long Batch => 0;

    public override bool IsColumnActive(DataViewSchema.Column column) =>
        column.Index == mel.Index || others?.IsColumnActive(column) == true;

    public override bool MoveNext()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (_ended) return false;
        _ended = _position + 1 == file.Rows;
        if (others is not null && others.MoveNext() == _ended)
            throw new InvalidDataException($"The data has changed since it was cached: it does not have {file.Rows} rows any more.");
        _position = _ended ? -1 : _position + 1;
        return !_ended;
    }

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
    {
        if (column.Index != mel.Index)
        {
            return others?.GetGetter<TValue>(column)
                ?? throw new InvalidOperationException($"Column '{column.Name}' was not asked for when this cursor was made.");
        }

        return ColumnPlan.Typed<TValue>((ValueGetter<VBuffer<float>>)Read, column);
    }

    public override ValueGetter<DataViewRowId> GetIdGetter() => (ref DataViewRowId id) => id = new DataViewRowId((ulong)Row(), 0);

    protected override void Dispose(bool disposing)
    {
        if (!_disposed && disposing)
        {
            _disposed = true;
            handle.Dispose();
            others?.Dispose();
        }

        base.Dispose(disposing);
    }

    private void Read(ref VBuffer<float> destination)
    {
        int row = Row();
        var editor = VBufferEditor.Create(ref destination, file.ValuesOf(row));
        file.Read(handle, row, editor.Values);
        destination = editor.Commit();
    }

    private int Row()
    {
        if (_position < 0) throw new InvalidOperationException(ColumnPlan.NoRow);
        return order is null ? _position : order[_position];
    }
}
