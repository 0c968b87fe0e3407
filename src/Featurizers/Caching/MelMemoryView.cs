using Microsoft.ML;
using Microsoft.ML.Data;

namespace AudioBsq.MLNet;

/// <summary>
/// Data whose mel column is kept in memory. A row is computed when it is first read, in whatever order, and never again. ML.NET's own cache
/// computes rows from first to last, so that the first of a shuffled pass wait for nearly all others.
/// </summary>
internal sealed class MelMemoryView(IDataView input, DataViewSchema.Column mel) : IDataView
{
    private readonly MelMemory _memory = new();

    public DataViewSchema Schema => input.Schema;

    public bool CanShuffle => input.CanShuffle;

    public long? GetRowCount() => input.GetRowCount();

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null) =>
        new Cursor(mel, _memory, input.GetRowCursor(columnsNeeded, rand));

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) =>
        [.. input.GetRowCursorSet(columnsNeeded, n, rand).Select(cursor => new Cursor(mel, _memory, cursor))];

    private sealed class Cursor(DataViewSchema.Column mel, MelMemory memory, DataViewRowCursor input) : DataViewRowCursor
    {
        private bool _disposed;

        public override DataViewSchema Schema => input.Schema;

        public override long Position => input.Position;

        public override long Batch => input.Batch;

        public override bool MoveNext() => input.MoveNext();

        public override bool IsColumnActive(DataViewSchema.Column column) => input.IsColumnActive(column);

        public override ValueGetter<DataViewRowId> GetIdGetter() => input.GetIdGetter();

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) => column.Index == mel.Index
            ? ColumnPlan.Typed<TValue>(Reader(input.GetGetter<VBuffer<float>>(column), input.GetIdGetter()), column)
            : input.GetGetter<TValue>(column);

        protected override void Dispose(bool disposing)
        {
            if (!_disposed && disposing)
            {
                _disposed = true;
                input.Dispose();
            }

            base.Dispose(disposing);
        }

        private ValueGetter<VBuffer<float>> Reader(ValueGetter<VBuffer<float>> compute, ValueGetter<DataViewRowId> identify) =>
            (ref VBuffer<float> destination) =>
            {
                DataViewRowId id = default;
                identify(ref id);
                if (memory.TryRead(id, ref destination)) return;
                compute(ref destination);
                memory.Add(id, destination);
            };
    }
}
