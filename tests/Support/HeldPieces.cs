namespace AudioBsq.Tests;

/// <summary>
/// Sees whether what comes piece by piece is let go again, whatever other threads do: how much this thread allocates from one piece to
/// the next, which grows where something is gathered in one place, and how many pieces are still alive.
/// </summary>
internal sealed class HeldPieces
{
    private readonly List<WeakReference> _pieces = [];
    private readonly int _checkEvery;
    private long _allocated = GC.GetAllocatedBytesForCurrentThread();
    private int _thread = Environment.CurrentManagedThreadId; // of the last piece

    /// <param name="checkEvery">Pieces from one count of those alive to the next.</param>
    public HeldPieces(int checkEvery) => _checkEvery = checkEvery;

    /// <summary>Pieces in all.</summary>
    public int Count { get; private set; }

    /// <summary>Most bytes that this thread allocated from one piece to the next.</summary>
    public long MaxAllocated { get; private set; }

    /// <summary>Most pieces that were alive at once.</summary>
    public int MaxAlive { get; private set; }

    /// <summary>Counts a piece, and lets it go.</summary>
    public void Add(object piece)
    {
        if (_thread == Environment.CurrentManagedThreadId)
            MaxAllocated = Math.Max(MaxAllocated, GC.GetAllocatedBytesForCurrentThread() - _allocated);
        _pieces.Add(new WeakReference(piece));
        if (++Count % _checkEvery == 0) CountAlive();
        (_allocated, _thread) = (GC.GetAllocatedBytesForCurrentThread(), Environment.CurrentManagedThreadId);
    }

    private void CountAlive()
    {
        GC.Collect();
        _pieces.RemoveAll(piece => !piece.IsAlive);
        MaxAlive = Math.Max(MaxAlive, _pieces.Select(piece => piece.Target).Distinct(ReferenceEqualityComparer.Instance).Count());
    }
}
