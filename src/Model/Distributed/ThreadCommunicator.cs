using System.Numerics;
using System.Numerics.Tensors;
using AudioBsq.Native;
using static TorchSharp.torch;
using Tensor = TorchSharp.torch.Tensor;

namespace AudioBsq.Distributed;

/// <summary>Threads of one process that train together, through its memory.</summary>
internal sealed class ThreadCommunicator : ICommunicator
{
    private readonly Meeting _meeting;

    private ThreadCommunicator(Meeting meeting, int rank) => (_meeting, Rank) = (meeting, rank);

    public string Name => "threads of one process";

    public int Rank { get; }

    public int Size => _meeting.Tensors.Length;

    /// <summary>As many, of which each is for one thread.</summary>
    public static ThreadCommunicator[] Connect(int size)
    {
        var meeting = new Meeting(size);
        return [.. Enumerable.Range(0, size).Select(rank => new ThreadCommunicator(meeting, rank))];
    }

    public void Sum(Tensor tensor)
    {
        _meeting.Tensors[Rank] = tensor;
        _meeting.Wait();
        if (tensor.dtype == ScalarType.Float32) SumOwnPart<float>();
        else SumOwnPart<double>();
        _meeting.Wait();
    }

    public void Broadcast(Tensor tensor)
    {
        _meeting.Tensors[Rank] = tensor;
        _meeting.Wait();
        if (Rank != 0) _meeting.Tensors[0].bytes.CopyTo(tensor.bytes);
        _meeting.Wait();
    }

    public void Abort() => _meeting.Abort();

    public void Dispose() => _meeting.Leave();

    // Each thread adds one part of all tensors, in the order of the ranks.
    private void SumOwnPart<T>() where T : unmanaged, INumber<T>
    {
        var tensors = _meeting.Tensors;
        long count = tensors[0].numel();
        int start = (int)(count * Rank / Size), end = (int)(count * (Rank + 1) / Size);
        var sum = tensors[0].Values<T>()[start..end];
        foreach (var other in tensors.AsSpan(1)) TensorPrimitives.Add(sum, other.Values<T>()[start..end], sum);
        foreach (var other in tensors.AsSpan(1)) sum.CopyTo(other.Values<T>()[start..end]);
    }

    // Where all threads wait for each other.
    private sealed class Meeting(int size) : IDisposable
    {
        private readonly Barrier _barrier = new(size);
        private readonly CancellationTokenSource _aborted = new();
        private int _present = size;

        public Tensor[] Tensors { get; } = new Tensor[size];

        public void Wait()
        {
            try
            {
                _barrier.SignalAndWait(_aborted.Token);
            }
            catch (OperationCanceledException cause)
            {
                throw new IOException("Another thread of this training has failed.", cause);
            }
        }

        public void Abort() => _aborted.Cancel();

        public void Leave()
        {
            if (Interlocked.Decrement(ref _present) == 0) Dispose();
        }

        public void Dispose()
        {
            _barrier.Dispose();
            _aborted.Dispose();
        }
    }
}
