namespace AudioBsq.Signal;

/// <summary>
/// The part of an endless sequence that is still needed, contiguous in memory: values are added at the end and dropped from the start.
/// </summary>
internal sealed class SlidingBuffer<T> where T : unmanaged
{
    private readonly int _spare;
    private T[] _values;
    private int _first, _end;

    /// <param name="capacity">Values that fit before memory grows.</param>
    /// <param name="spare">Elements that <see cref="From"/> includes beyond the capacity; their values are undefined.</param>
    public SlidingBuffer(int capacity = 0, int spare = 0) => (_values, _spare) = (new T[capacity + spare], spare);

    /// <summary>Position in the sequence of the first value that is held.</summary>
    public long Start { get; private set; }

    /// <summary>Position after the last value that is held.</summary>
    public long End => Start + Count;

    /// <summary>Values that are held.</summary>
    public int Count => _end - _first;

    /// <summary>Values that fit without more memory.</summary>
    public int Capacity => _values.Length - _spare;

    /// <summary>The values, oldest first; valid until more are added.</summary>
    public Span<T> Values => _values.AsSpan(_first, Count);

    /// <inheritdoc cref="Values"/>
    public ReadOnlyMemory<T> Memory => _values.AsMemory(_first, Count);

    /// <summary>The memory from a position on: the values that are held, and whatever lies behind them.</summary>
    public ReadOnlySpan<T> From(long position) => _values.AsSpan(_first + (int)(position - Start));

    /// <summary>Adds all of the values.</summary>
    public void Add(ReadOnlySpan<T> values)
    {
        values.CopyTo(GetSpan(values.Length));
        Advance(values.Length);
    }

    /// <summary>Adds one value several times.</summary>
    public void AddRepeated(T value, int count)
    {
        GetSpan(count)[..count].Fill(value);
        Advance(count);
    }

    /// <summary>Adds as many of the values as fit without more memory; returns their number.</summary>
    public int AddWhatFits(ReadOnlySpan<T> values)
    {
        if (values.Length > Capacity - _end) MoveTo(_values);
        int count = Math.Min(values.Length, Capacity - _end);
        values[..count].CopyTo(_values.AsSpan(_end));
        _end += count;
        return count;
    }

    /// <summary>Free memory after the values, for at least so many more. <see cref="Advance"/> adds what was written there.</summary>
    public Span<T> GetSpan(int min)
    {
        if (min > Capacity - _end)
        {
            // Twice the memory that is needed, so that each value is copied once on average.
            long needed = 2L * (Count + min);
            MoveTo(needed > Capacity ? new T[needed + _spare] : _values);
        }

        return _values.AsSpan(_end, Capacity - _end);
    }

    /// <summary>Adds the first values of what <see cref="GetSpan"/> returned.</summary>
    public void Advance(int count) => _end += count;

    /// <summary>Drops the values before a position, which may lie before or after those that are held.</summary>
    public void DropBefore(long position)
    {
        int count = (int)Math.Clamp(position - Start, 0, Count);
        _first += count;
        Start += count;
    }

    /// <summary>Drops all but the last values.</summary>
    public void KeepLast(int count) => DropBefore(End - count);

    /// <summary>Drops everything; the next value has position <paramref name="start"/>.</summary>
    public void Clear(long start = 0) => (_first, _end, Start) = (0, 0, start);

    private void MoveTo(T[] values)
    {
        Values.CopyTo(values);
        (_values, _first, _end) = (values, 0, Count);
    }
}
