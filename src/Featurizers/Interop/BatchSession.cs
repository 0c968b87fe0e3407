using Microsoft.ML;
using Microsoft.ML.Data;

namespace AudioBsq.MLNet;

/// <summary>
/// One computation over one moving row: collect rows into slots, run them together, read the results. Used by one thread at a time, but
/// that slots may be collected while others are run and read.
/// A prediction engine never disposes its sessions, so one must not be the only owner of native memory.
/// </summary>
internal abstract class BatchSession : IDisposable
{
    /// <summary>
    /// Copies what the current row has into <paramref name="slot"/>, over whatever was there. An error belongs to this row alone.
    /// </summary>
    public abstract void Collect(int slot);

    /// <summary>Computes slots <paramref name="first"/> to <paramref name="first"/> + <paramref name="count"/> − 1.</summary>
    public abstract void Run(int first, int count);

    /// <summary>A <see cref="ValueGetter{TValue}"/> for a new column that reads the result in <paramref name="slot"/>.</summary>
    public abstract Delegate Getter(int output, Func<int> slot);

    public virtual void Dispose() { }

    /// <summary>Reads a vector column's current row, which must be as long as the column's type says, if it says.</summary>
    protected static ValueGetter<VBuffer<T>> VectorReader<T>(DataViewRow row, DataViewSchema.Column column)
    {
        var read = row.GetGetter<VBuffer<T>>(column);
        int size = VectorSize.Of(column);
        return size == 0 ? read : (ref VBuffer<T> value) =>
        {
            read(ref value);
            if (value.Length != size)
            {
                throw new InvalidDataException(
                    $"Row {row.Position} of column '{column.Name}' has {value.Length} values; the column's type says {size}.");
            }
        };
    }

    /// <summary>A getter of vectors that copies what <paramref name="values"/> gives.</summary>
    protected static ValueGetter<VBuffer<T>> VectorGetter<T>(Func<ReadOnlyMemory<T>> values) =>
        (ref VBuffer<T> destination) => RowValues.Copy(values().Span, ref destination);

    /// <summary>A getter of single values.</summary>
    protected static ValueGetter<T> ScalarGetter<T>(Func<T> value) => (ref T destination) => destination = value();
}
