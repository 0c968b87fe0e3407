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

    public bool IsImmediate => true;

    public int Size => _meeting.Tensors.Length;

    /// <summary>As many, of which each is for one thread.</summary>
    public static ThreadCommunicator[] Connect(int size)
    {
        var meeting = new Meeting(size);
        return [.. Enumerable.Range(0, size).Select(rank => new ThreadCommunicator(meeting, rank))];
    }

    public void Sum(Tensor tensor) => Sum([tensor]);

    public void Sum(IReadOnlyList<Tensor> tensors)
    {
        _meeting.Tensors[Rank] = tensors;
        _meeting.Wait();
        for (int i = 0; i < tensors.Count; i++)
        {
            if (tensors[i].dtype == ScalarType.Float32) SumOwnPart<float>(i);
            else SumOwnPart<double>(i);
        }

        _meeting.Wait();
    }

    public void Broadcast(Tensor tensor)
    {
        _meeting.Tensors[Rank] = [tensor];
        _meeting.Wait();
        if (Rank != 0) _meeting.Tensors[0][0].bytes.CopyTo(tensor.bytes);
        _meeting.Wait();
    }

    public void Abort() => _meeting.Abort();

    public void Dispose()
    {
    }

    // Each thread adds one part of a tensor of all, in the order of the ranks.
    private void SumOwnPart<T>(int index) where T : unmanaged, INumber<T>
    {
        long count = _meeting.Tensors[0][index].numel();
        int start = (int)(count * Rank / Size), end = (int)(count * (Rank + 1) / Size);
        Span<T> PartOf(int rank) => _meeting.Tensors[rank][index].Values<T>()[start..end];
        var sum = PartOf(0);
        for (int rank = 1; rank < Size; rank++) TensorPrimitives.Add(sum, PartOf(rank), sum);
        for (int rank = 1; rank < Size; rank++) sum.CopyTo(PartOf(rank));
    }

    // Where all threads wait for each other. They are about equally fast, so that asking again and again takes less time than to be woken.
    private sealed class Meeting(int size)
    {
        private int _arrived, _round;
        private volatile bool _isAborted;

        public IReadOnlyList<Tensor>[] Tensors { get; } = new IReadOnlyList<Tensor>[size];

        public void Wait()
        {
            int round = Volatile.Read(ref _round);
            if (Interlocked.Increment(ref _arrived) == size)
            {
                _arrived = 0;
                Volatile.Write(ref _round, round + 1);
            }

            var spin = default(SpinWait);
            while (Volatile.Read(ref _round) == round)
            {
                if (_isAborted) throw new IOException("Another thread of this training has failed.");
                spin.SpinOnce(sleep1Threshold: -1); // gives way to threads that can run
            }
        }

        public void Abort() => _isAborted = true;
    }
}
