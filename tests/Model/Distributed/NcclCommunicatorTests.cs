using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using AudioBsq.Distributed;

namespace AudioBsq.Tests.Model.Distributed;

/// <summary>NCCL's calls, which a library of this test answers: a real one needs graphics cards.</summary>
public sealed unsafe class NcclCommunicatorTests
{
    private static readonly ConcurrentQueue<string> Calls = new();
    private static readonly Barrier Both = new(2);
    private static readonly nint[] Sent = new nint[2];

    [Fact]
    public void Sum_QueuesBehindTorchsWork_AndJoinLetsTorchWaitForIt()
    {
        Calls.Clear();
        int port = Ranks.FreePort();
        float[][] values = [[1, 2, 3], [10, 20, 30]];
        Thread[] ranks = [.. Enumerable.Range(0, 2).Select(rank => new Thread(() =>
        {
            var processors = TcpCommunicator.Join(rank, 2, "127.0.0.1", port, TimeSpan.FromSeconds(20));
            using var nccl = new NcclCommunicator(processors, Library, device: rank);
            fixed (float* own = values[rank])
            {
                nccl.StartSum((nint)own, 3, isDouble: false);
                nccl.Join();
                nccl.Broadcast((nint)own, 12);
            }
        }))];
        foreach (var rank in ranks) rank.Start();
        foreach (var rank in ranks) rank.Join();

        Assert.All(values, own => Assert.Equal([11f, 22, 33], own));
        string[] first = [.. Calls.Where(call => call.StartsWith("1 ", StringComparison.Ordinal))];
        Assert.Equal(
            ["1 device 1", "1 init 2 with id 42", "1 stream", "1 event", "1 event",
                "1 record on 0", "1 wait on 7", "1 sum of 3, type 7, on 7",
                "1 record on 7", "1 wait on 0", "1 record on 0", "1 wait on 7", "1 broadcast of 12, type 0, on 7", "1 record on 7",
                "1 wait on 0", "1 destroy"],
            first);
        Assert.Single(Calls, call => call == "0 id");
        Assert.DoesNotContain("1 id", Calls); // of rank 0 alone
    }

    [Fact]
    public void Sum_NamesTheFunctionThatFailed()
    {
        int port = Ranks.FreePort();
        var other = new Thread(() =>
        {
            using var processors = TcpCommunicator.Join(1, 2, "127.0.0.1", port, TimeSpan.FromSeconds(20));
            Assert.Throws<IOException>(() => new NcclCommunicator(processors, Library, device: -1));
        });
        other.Start();

        using var processors = TcpCommunicator.Join(0, 2, "127.0.0.1", port, TimeSpan.FromSeconds(20));
        var failure = Assert.Throws<IOException>(() => new NcclCommunicator(processors, Library, device: -1));
        other.Join();

        Assert.Equal("cudaSetDevice failed with error 101.", failure.Message);
    }

    [ThreadStatic]
    private static int _rank;

    private static NcclLibrary Library => new()
    {
        GetUniqueId = &GetUniqueId,
        InitRank = &InitRank,
        AllReduce = &AllReduce,
        Broadcast = &Broadcast,
        Abort = &Destroy,
        Destroy = &Destroy,
        SetDevice = &SetDevice,
        CreateStream = &CreateStream,
        CreateEvent = &CreateEvent,
        RecordEvent = &RecordEvent,
        WaitForEvent = &WaitForEvent,
    };

    private static int Say(string call)
    {
        Calls.Enqueue($"{_rank} {call}");
        return 0;
    }

    [UnmanagedCallersOnly]
    private static int GetUniqueId(NcclLibrary.UniqueId* id)
    {
        *(byte*)id = 42;
        return Say("id");
    }

    [UnmanagedCallersOnly]
    private static int InitRank(nint* communicator, int size, NcclLibrary.UniqueId id, int rank)
    {
        *communicator = 5;
        return Say($"init {size} with id {*(byte*)&id}");
    }

    [UnmanagedCallersOnly]
    private static int AllReduce(nint from, nint to, nuint count, int type, int operation, nint communicator, nint stream)
    {
        Sent[_rank] = from;
        Both.SignalAndWait();
        float[] sums = [.. Enumerable.Range(0, (int)count).Select(i => ((float*)Sent[0])[i] + ((float*)Sent[1])[i])];
        Both.SignalAndWait();
        sums.CopyTo(new Span<float>((void*)to, (int)count));
        return Say($"sum of {count}, type {type}, on {stream}");
    }

    [UnmanagedCallersOnly]
    private static int Broadcast(nint from, nint to, nuint count, int type, int root, nint communicator, nint stream) =>
        Say($"broadcast of {count}, type {type}, on {stream}");

    [UnmanagedCallersOnly]
    private static int Destroy(nint communicator) => Say("destroy");

    [UnmanagedCallersOnly]
    private static int SetDevice(int device)
    {
        _rank = device;
        return device < 0 ? 101 : Say($"device {device}"); // cudaErrorInvalidDevice
    }

    [UnmanagedCallersOnly]
    private static int CreateStream(nint* stream, uint flags)
    {
        *stream = 7;
        return Say("stream");
    }

    [UnmanagedCallersOnly]
    private static int CreateEvent(nint* created, uint flags)
    {
        *created = 9;
        return Say("event");
    }

    [UnmanagedCallersOnly]
    private static int RecordEvent(nint recorded, nint stream) => Say($"record on {stream}");

    [UnmanagedCallersOnly]
    private static int WaitForEvent(nint stream, nint awaited, uint flags) => Say($"wait on {stream}");
}
