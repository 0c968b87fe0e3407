using System.Collections.Concurrent;
using Microsoft.ML.Data;

namespace AudioBsq.MLNet;

/// <summary>
/// Rows of numbers by their id, in large blocks: an array for each would be moved again and again by the garbage collector, which
/// keeps half as much memory again for that.
/// </summary>
internal sealed class MelMemory
{
    private const int BlockValues = 2 << 20; // 8 MB

    private readonly ConcurrentDictionary<DataViewRowId, ReadOnlyMemory<float>> _rows = new();
    private readonly Lock _gate = new();
    private Memory<float> _free;

    /// <summary>Copies a row to <paramref name="destination"/>, if it is here.</summary>
    public bool TryRead(DataViewRowId id, ref VBuffer<float> destination)
    {
        if (!_rows.TryGetValue(id, out var row)) return false;
        RowValues.Copy(row.Span, ref destination);
        return true;
    }

    /// <summary>Keeps a copy of a row.</summary>
    public void Add(DataViewRowId id, in VBuffer<float> values)
    {
        var row = Allocate(values.Length);
        values.CopyTo(row.Span);
        _rows[id] = row;
    }

    private Memory<float> Allocate(int length)
    {
        lock (_gate)
        {
            if (_free.Length < length) _free = new float[Math.Max(length, BlockValues)];
            var row = _free[..length];
            _free = _free[length..];
            return row;
        }
    }
}
