namespace AudioBsq.Distributed;

/// <summary>An exchange of numbers that one thread runs and another waits for.</summary>
internal sealed class Exchange(Action run)
{
    private readonly TaskCompletionSource _end = new();

    public void Run()
    {
        try
        {
            run();
            _end.SetResult();
        }
        catch (Exception failure)
        {
            _end.SetException(failure);
        }
    }

    /// <summary>Waits for the end, and throws what the exchange threw.</summary>
    public void Await() => _end.Task.GetAwaiter().GetResult();
}
