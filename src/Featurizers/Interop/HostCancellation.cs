using Microsoft.ML.Runtime;

namespace AudioBsq.MLNet;

/// <summary>Joins a caller's cancellation with ML.NET's own, which has no event and must be asked from time to time.</summary>
internal sealed class HostCancellation : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(50);

    private readonly IHost _host;
    private readonly CancellationTokenSource _source;
    private readonly Lock _gate = new();
    private readonly Timer _timer;
    private bool _disposed;

    public HostCancellation(IHost host, CancellationToken caller)
    {
        (_host, _source) = (host, CancellationTokenSource.CreateLinkedTokenSource(caller));
        _timer = new Timer(_ => Ask(), null, TimeSpan.Zero, Interval);
        Ask();
    }

    public CancellationToken Token => _source.Token;

    /// <summary>Stops asking.</summary>
    public void Dispose()
    {
        lock (_gate) _disposed = true;
        _timer.Dispose();
        _source.Dispose();
    }

    private void Ask()
    {
        lock (_gate)
        {
            if (!_disposed && _host.IsCanceled()) _source.Cancel();
        }
    }
}
