namespace AudioBsq.MLNet;

/// <summary>One object that several transformers use; it is disposed, if it can be, when the last of them releases it.</summary>
internal sealed class SharedResource<T>(T value) where T : class
{
    private readonly Lock _gate = new();
    private int _leases;
    private bool _disposed;

    /// <summary>
    /// Keeps the object alive until the lease is disposed. Take one for each owner, and one around each use that another thread's
    /// disposal must not cut off. Fails once the last lease has ended.
    /// </summary>
    public Lease Acquire()
    {
        lock (_gate)
        {
            if (_disposed) throw Ended();
            _leases++;
            return new Lease(this);
        }
    }

    private void Release()
    {
        lock (_gate)
        {
            if (--_leases > 0) return;
            _disposed = true;
        }

        (value as IDisposable)?.Dispose();
    }

    /// <summary>One owner's hold on the object.</summary>
    internal sealed class Lease(SharedResource<T> resource) : IDisposable
    {
        private int _ended;

        public SharedResource<T> Resource { get; } = resource;

        public T Value
        {
            get
            {
                if (_ended != 0) throw Ended();
                return Resource.Value;
            }
        }

        /// <summary>
        /// A further hold, for the time of one use, so that a disposal on another thread cannot cut it off. Fails once this lease has
        /// ended.
        /// </summary>
        public Lease Borrow()
        {
            if (_ended != 0) throw Ended();
            return Resource.Acquire();
        }

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _ended, 1) == 0) Resource.Release();
        }
    }

    private T Value => value;

    private static ObjectDisposedException Ended() => new(
        typeof(T).Name,
        "The transformer that is used here was disposed. Where a prediction engine did that, make engines with "
        + "new PredictionEngineOptions { OwnsTransformer = false }.");
}
