using static TorchSharp.torch;

namespace AudioBsq.Distributed;

/// <summary>
/// How processes that train together exchange numbers. All ranks call the same methods in the same order, and one thread at a time does.
/// </summary>
internal interface ICommunicator : IDisposable
{
    /// <summary>What it uses, such as "MPI (Open MPI v4.1.4)".</summary>
    string Name { get; }

    /// <summary>Number of this process, from 0.</summary>
    int Rank { get; }

    /// <summary>Number of processes.</summary>
    int Size { get; }

    /// <summary>Whether an exchange is over in moments, so that nothing is gained by going on meanwhile.</summary>
    bool IsImmediate => false;

    /// <summary>
    /// Replaces a contiguous tensor, in single or double precision, by its sum over all ranks. The result is the same to the bit on each.
    /// </summary>
    /// <exception cref="IOException">Another rank is gone.</exception>
    void Sum(Tensor tensor);

    /// <summary>The same for several tensors.</summary>
    void Sum(IReadOnlyList<Tensor> tensors)
    {
        foreach (var tensor in tensors) Sum(tensor);
    }

    /// <summary>The same, where the result may come later: after <see cref="Join"/>.</summary>
    void StartSum(Tensor tensor) => Sum(tensor);

    /// <summary>What follows sees the results of <see cref="StartSum"/>.</summary>
    void Join()
    {
    }

    /// <summary>Replaces a contiguous tensor of any type by that of rank 0.</summary>
    /// <exception cref="IOException">Another rank is gone.</exception>
    void Broadcast(Tensor tensor);

    /// <summary>Leaves without waiting for the other ranks, which fail in their next exchange or are ended by their launcher.</summary>
    void Abort();
}
