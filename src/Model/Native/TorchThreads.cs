using static TorchSharp.torch;

namespace AudioBsq.Native;

/// <summary>Sets how many threads torch's operations use on this thread, until it is disposed.</summary>
internal readonly struct TorchThreads : IDisposable
{
    private readonly int _former;

    private TorchThreads(int former) => _former = former;

    public static TorchThreads Use(int count)
    {
        var former = new TorchThreads(get_num_threads());
        set_num_threads(count);
        return former;
    }

    public void Dispose() => set_num_threads(_former);
}
