using Microsoft.ML;

namespace AudioBsq.MLNet;

/// <summary>
/// Decides which disposal of a transformer is its last. A prediction engine disposes its transformer with itself unless told otherwise, and
/// nothing tells a transformer who disposes it. So as many disposals as engines are awaited, unless none of the engines is alive any more.
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

    /// <summary>Counts a disposal; true where it is the last.</summary>
    public bool EndOne()
    {
        lock (_gate) return ++_disposals >= _engines || _alive.TrueForAll(IsCollected);
    }

    private static bool IsCollected(WeakReference<DataViewRow> row) => !row.TryGetTarget(out _);
}
