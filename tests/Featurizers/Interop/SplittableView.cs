using Microsoft.ML;
using Microsoft.ML.Data;

namespace AudioBsq.Tests.Featurizers.Interop;

/// <summary>Rows dealt out among as many cursors as are asked for, which few views of ML.NET do; counts the cursors alive.</summary>
internal sealed class SplittableView(IDataView rows, int defaultCursors) : IDataView
{
    private int _alive;

    private IDataView Rows => rows;

    public int Alive => _alive;

    public DataViewSchema Schema => rows.Schema;

    public bool CanShuffle => rows.CanShuffle;

    public long? GetRowCount() => rows.GetRowCount();

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null) =>
        new Part(this, columnsNeeded, 0, 1);

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null)
    {
        int parts = n > 0 ? n : defaultCursors;
        return [.. Enumerable.Range(0, parts).Select(part => new Part(this, columnsNeeded, part, parts))];
    }

    private sealed class Part : DataViewRowCursor
    {
        private readonly SplittableView _view;
        private readonly DataViewRowCursor _rows;
        private readonly int _part, _parts;

        public Part(SplittableView view, IEnumerable<DataViewSchema.Column> columns, int part, int parts)
        {
            (_view, _rows, _part, _parts) = (view, view.Rows.GetRowCursor(columns), part, parts);
            Interlocked.Increment(ref view._alive);
        }

        public override long Position => _rows.Position;

        public override long Batch => _rows.Position;

        public override DataViewSchema Schema => _rows.Schema;

        public override bool MoveNext()
        {
            while (_rows.MoveNext())
            {
                if (_rows.Position % _parts == _part) return true;
            }

            return false;
        }

        public override bool IsColumnActive(DataViewSchema.Column column) => _rows.IsColumnActive(column);

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) => _rows.GetGetter<TValue>(column);

        public override ValueGetter<DataViewRowId> GetIdGetter() => _rows.GetIdGetter();

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                Interlocked.Decrement(ref _view._alive);
                _rows.Dispose();
            }

            base.Dispose(disposing);
        }
    }
}
