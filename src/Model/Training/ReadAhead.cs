using System.Runtime.ExceptionServices;

namespace AudioBsq.Training;

/// <summary>
/// Enumerates arrays on a thread of its own, ahead of who uses them and in the same order. What goes wrong there is thrown, as it was, where
/// the array's turn would come. The next array is begun when fewer than the most allowed wait, and hold fewer numbers: so at most one
/// array goes over the bound on numbers, and none over that on arrays.
/// </summary>
internal sealed class ReadAhead : IDisposable
{
    private readonly object _gate = new(); // guards all fields below
    private readonly Queue<float[]> _waiting = new();
    private readonly int _mostArrays;
    private readonly long _mostNumbers;
    private readonly Thread _thread;
    private long _numbers;
    private bool _ended, _stopped;
    private ExceptionDispatchInfo? _failure;

    private ReadAhead(IEnumerable<float[]> source, int mostArrays, long mostNumbers)
    {
        (_mostArrays, _mostNumbers) = (mostArrays, mostNumbers);
        _thread = new Thread(() => Read(source)) { IsBackground = true, Name = "AudioBsq clips" };
        _thread.Start();
    }

    /// <summary>The arrays of a source. When their enumerator is disposed the source's has been, after the array it was at, and the thread has ended.</summary>
    /// <param name="source">What is read, from the first use on.</param>
    /// <param name="mostArrays">Most arrays that may wait, from 1.</param>
    /// <param name="mostNumbers">Numbers in them from which no further array is begun.</param>
    /// <param name="cancellation">Ends it all, also waiting for an array.</param>
    public static IEnumerable<float[]> Of(IEnumerable<float[]> source, int mostArrays, long mostNumbers, CancellationToken cancellation = default)
    {
        using var reader = new ReadAhead(source, mostArrays, mostNumbers);
        using var waking = cancellation.Register(reader.Wake);
        while (reader.Take(cancellation) is { } array) yield return array;
    }

    /// <summary>Stops reading and waits until that is done.</summary>
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
    private float[]? Take(CancellationToken cancellation)
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

            _numbers -= array.Length;
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

    /// <summary>False where nothing more is wanted.</summary>
    private bool WaitForRoom()
    {
        lock (_gate)
        {
            while (!_stopped && (_waiting.Count >= _mostArrays || _numbers >= _mostNumbers)) Monitor.Wait(_gate);
            return !_stopped;
        }
    }

    private void Add(float[] array)
    {
        lock (_gate)
        {
            _waiting.Enqueue(array);
            _numbers += array.Length;
            Monitor.PulseAll(_gate);
        }
    }
}
