using System.Runtime.ExceptionServices;

namespace AudioBsq.Training;

/// <summary>
/// Enumerates arrays on a thread of its own, ahead of their use and in the same order. An exception there is thrown in the place of the
/// array. The next array is read while fewer arrays wait than allowed, and fewer values in them: so the waiting arrays exceed the maximum
/// number of values by one array at most.
/// </summary>
internal sealed class ReadAhead : IDisposable
{
    private readonly object _gate = new(); // guards all fields below
    private readonly Queue<float[]> _waiting = new();
    private readonly int _maxArrays;
    private readonly long _maxValues;
    private readonly Thread _thread;
    private long _waitingValues;
    private bool _ended, _stopped;
    private ExceptionDispatchInfo? _failure;

    private ReadAhead(IEnumerable<float[]> source, int maxArrays, long maxValues)
    {
        (_maxArrays, _maxValues) = (maxArrays, maxValues);
        _thread = new Thread(() => Read(source)) { IsBackground = true, Name = "AudioBsq clips" };
        _thread.Start();
    }

    /// <summary>
    /// The arrays of a source, read ahead. Disposing their enumerator waits for the array that is being read, disposes the source's
    /// enumerator and ends the thread.
    /// </summary>
    /// <param name="source">The arrays, which are read from the first use on.</param>
    /// <param name="maxArrays">Maximum number of waiting arrays, from 1.</param>
    /// <param name="maxValues">Number of waiting values from which no further array is read.</param>
    /// <param name="cancellation">Ends the enumeration, and waiting for an array.</param>
    public static IEnumerable<float[]> Of(
        IEnumerable<float[]> source, int maxArrays, long maxValues, CancellationToken cancellation = default)
    {
        using var reader = new ReadAhead(source, maxArrays, maxValues);
        using var waking = cancellation.Register(reader.Wake);
        while (reader.Next(cancellation) is { } array) yield return array;
    }

    /// <summary>Stops reading, and waits until the thread has ended.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _stopped = true;
            Monitor.PulseAll(_gate);
        }

        _thread.Join();
    }

    /// <summary>The next array, or null at the end.</summary>
    private float[]? Next(CancellationToken cancellation)
    {
        lock (_gate)
        {
            cancellation.ThrowIfCancellationRequested();
            while (_waiting.Count == 0 && !_ended)
            {
                Monitor.Wait(_gate);
                cancellation.ThrowIfCancellationRequested();
            }

            if (!_waiting.TryDequeue(out float[]? array))
            {
                _failure?.Throw();
                return null;
            }

            _waitingValues -= array.Length;
            Monitor.PulseAll(_gate);
            return array;
        }
    }

    private void Wake()
    {
        lock (_gate) Monitor.PulseAll(_gate);
    }

    private void Read(IEnumerable<float[]> source)
    {
        ExceptionDispatchInfo? failure = null;
        try
        {
            using var arrays = source.GetEnumerator();
            while (WaitForRoom() && arrays.MoveNext()) Add(arrays.Current ?? throw new ArgumentException("A mel spectrogram is null."));
        }
        catch (Exception e)
        {
            failure = ExceptionDispatchInfo.Capture(e);
        }

        lock (_gate)
        {
            (_ended, _failure) = (true, failure);
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>Waits until another array may be read; false if none is needed any more.</summary>
    private bool WaitForRoom()
    {
        lock (_gate)
        {
            while (!_stopped && (_waiting.Count >= _maxArrays || _waitingValues >= _maxValues)) Monitor.Wait(_gate);
            return !_stopped;
        }
    }

    private void Add(float[] array)
    {
        lock (_gate)
        {
            _waiting.Enqueue(array);
            _waitingValues += array.Length;
            Monitor.PulseAll(_gate);
        }
    }
}
