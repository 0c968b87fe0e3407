using Microsoft.ML;
using Microsoft.ML.Data;

namespace AudioBsq.MLNet;

/// <summary>Keeps one column's values of the rows that were read ahead.</summary>
internal abstract class ColumnBuffer
{
    public static ColumnBuffer Create(DataViewRow row, DataViewSchema.Column column, int capacity)
    {
        var type = column.Type is VectorDataViewType
            ? typeof(Vectors<>).MakeGenericType(column.Type.RawType.GetGenericArguments()[0])
            : typeof(Scalars<>).MakeGenericType(column.Type.RawType);
        return (ColumnBuffer)Activator.CreateInstance(type, row, column, capacity)!;
    }

    /// <summary>Stores the current row's value.</summary>
    public abstract void Store(int slot);

    public abstract Delegate Getter(Func<int> slot);

    private sealed class Scalars<T>(DataViewRow row, DataViewSchema.Column column, int capacity) : ColumnBuffer
    {
        private readonly ValueGetter<T> _read = row.GetGetter<T>(column);
        private readonly T[] _values = new T[capacity];

        // A getter of images disposes what its destination held, which a consumer may still use: so it never sees the old value.
        public override void Store(int slot)
        {
            T value = default!;
            _read(ref value);
            _values[slot] = value;
        }

        public override Delegate Getter(Func<int> slot) => (ValueGetter<T>)((ref T destination) => destination = _values[slot()]);
    }

    private sealed class Vectors<T>(DataViewRow row, DataViewSchema.Column column, int capacity) : ColumnBuffer
    {
        private readonly ValueGetter<VBuffer<T>> _read = row.GetGetter<VBuffer<T>>(column);
        private readonly VBuffer<T>[] _values = new VBuffer<T>[capacity];

        public override void Store(int slot) => _read(ref _values[slot]);

        public override Delegate Getter(Func<int> slot) =>
            (ValueGetter<VBuffer<T>>)((ref VBuffer<T> destination) => _values[slot()].CopyTo(ref destination));
    }
}
