using Microsoft.ML;

namespace AudioBsq.MLNet;

/// <summary>
/// Decides which disposal of a transformer frees it. A prediction engine disposes its transformer with itself unless told otherwise, and
/// nothing tells a transformer who disposes it. So as many disposals as engines are awaited, unless no engine is alive any more. Where
/// fewer come, since a chain passes on only its first, the garbage collector does the rest.
/// </summary>
internal sealed class EngineOwners
{
    private readonly Lock _gate = new();
    private readonly List<WeakReference<DataViewRow>> _alive = [];
    private int _engines, _disposals;

    /// <summary>Counts an engine, by the row that it keeps.</summary>
    public void Add(DataViewRow row)
    {
        lock (_gate)
        {
            _engines++;
            _alive.RemoveAll(IsCollected);
            _alive.Add(new WeakReference<DataViewRow>(row));
        }
    }

    /// <summary>Counts a disposal; true where no engine is left to be disposed.</summary>
    public bool EndOne()
    {
        lock (_gate) return ++_disposals >= _engines || _alive.TrueForAll(IsCollected);
    }

    private static bool IsCollected(WeakReference<DataViewRow> row) => !row.TryGetTarget(out _);
}
