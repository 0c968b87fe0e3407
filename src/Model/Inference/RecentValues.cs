namespace AudioBsq.Inference;

/// <summary>The latest values of a sequence, side by side in memory.</summary>
internal sealed class RecentValues<T> where T : unmanaged
{
    private T[] _values = [];
    private int _start;

    public int Count { get; private set; }

    /// <summary>All of them, oldest first; good until the next call.</summary>
    public ReadOnlyMemory<T> All => _values.AsMemory(_start, Count);

    public void Add(ReadOnlySpan<T> values)
    {
        values.CopyTo(Grow(values.Length));
    }

    public void Add(T value, int times) => Grow(times).Fill(value);

    /// <summary>Forgets all but the latest.</summary>
    public void Keep(int count)
    {
        int forgotten = Math.Max(0, Count - count);
        (_start, Count) = (_start + forgotten, Count - forgotten);
    }

    private Span<T> Grow(int more)
    {
        if (_start + Count + more > _values.Length)
        {
            // Twice the room that is needed, so that each value is moved once on average.
            var old = All;
            if (2L * (Count + more) > _values.Length) _values = new T[2 * (Count + more)];
            old.CopyTo(_values);
            _start = 0;
        }

        Count += more;
        return _values.AsSpan(_start + Count - more, more);
    }
}
