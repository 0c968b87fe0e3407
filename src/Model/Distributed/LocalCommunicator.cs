using static TorchSharp.torch;

namespace AudioBsq.Distributed;

/// <summary>One process by itself.</summary>
internal sealed class LocalCommunicator : ICommunicator
{
    public string Name => "one process";

    public int Rank => 0;

    public int Size => 1;

    public void Sum(Tensor tensor)
    {
    }

    public void Broadcast(Tensor tensor)
    {
    }

    public void Abort()
    {
    }

    public void Dispose()
    {
    }
}
