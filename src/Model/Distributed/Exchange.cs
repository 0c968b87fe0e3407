using System.Runtime.ExceptionServices;

namespace AudioBsq.Distributed;

/// <summary>An exchange of numbers that one thread runs and another waits for.</summary>
internal sealed class Exchange(Action run)
{
    private readonly ManualResetEventSlim _done = new();
    private ExceptionDispatchInfo? _failure;

    public void Run()
    {
        try
        {
            run();
        }
        catch (Exception failure)
        {
            _failure = ExceptionDispatchInfo.Capture(failure);
        }

        _done.Set();
    }

    /// <summary>Waits for the end, and throws what the exchange threw.</summary>
    public void Await()
    {
        _done.Wait();
        _failure?.Throw();
    }
}
