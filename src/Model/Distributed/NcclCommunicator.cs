using AudioBsq.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace AudioBsq.Distributed;

/// <summary>
/// Ranks with a graphics card each: tensors of the card go through NCCL, and all others through the ranks' processors. A sum is queued
/// behind the card's work and nobody waits for it: later work of the card does.
/// </summary>
internal sealed unsafe class NcclCommunicator : ICommunicator
{
    private const int Bytes = 0, Float32 = 7, Float64 = 8, Addition = 0; // of nccl.h
    private const uint NonBlocking = 1, NoTiming = 2; // of CUDA's streams and events

    private readonly ICommunicator _processors;
    private readonly NcclLibrary _library;
    private readonly nint _communicator, _stream, _before, _after;

    /// <param name="processors">Connects the processors of the ranks; this disposes it.</param>
    /// <param name="library">NCCL.</param>
    /// <param name="device">Number of this rank's card.</param>
    public NcclCommunicator(ICommunicator processors, NcclLibrary library, int device)
    {
        (_processors, _library) = (processors, library);
        NcclLibrary.UniqueId id = default;
        if (Rank == 0) Check(library.GetUniqueId(&id), "ncclGetUniqueId");
        using (NewDisposeScope())
        {
            var shared = zeros([128], ScalarType.Byte);
            new ReadOnlySpan<byte>(&id, 128).CopyTo(shared.Values<byte>());
            processors.Broadcast(shared);
            shared.Values<byte>().CopyTo(new Span<byte>(&id, 128));
        }

        nint communicator, stream, before, after;
        Check(library.SetDevice(device), "cudaSetDevice");
        Check(library.InitRank(&communicator, Size, id, Rank), "ncclCommInitRank");
        Check(library.CreateStream(&stream, NonBlocking), "cudaStreamCreateWithFlags");
        Check(library.CreateEvent(&before, NoTiming), "cudaEventCreateWithFlags");
        Check(library.CreateEvent(&after, NoTiming), "cudaEventCreateWithFlags");
        (_communicator, _stream, _before, _after) = (communicator, stream, before, after);
    }

    public string Name => $"NCCL, and {_processors.Name}";

    public int Rank => _processors.Rank;

    public int Size => _processors.Size;

    public void Sum(Tensor tensor)
    {
        StartSum(tensor);
        if (tensor.device_type != DeviceType.CPU) Join();
    }

    public void StartSum(Tensor tensor)
    {
        if (tensor.device_type == DeviceType.CPU) _processors.Sum(tensor);
        else StartSum(tensor.Address(), tensor.numel(), tensor.dtype == ScalarType.Float64);
    }

    public void Join()
    {
        Check(_library.RecordEvent(_after, _stream), "cudaEventRecord");
        Check(_library.WaitForEvent(0, _after, 0), "cudaStreamWaitEvent");
    }

    public void Broadcast(Tensor tensor)
    {
        if (tensor.device_type == DeviceType.CPU) _processors.Broadcast(tensor);
        else Broadcast(tensor.Address(), tensor.numel() * tensor.ElementSize);
    }

    /// <summary>The sum of numbers in the card's memory.</summary>
    public void StartSum(nint address, long count, bool isDouble)
    {
        int type = isDouble ? Float64 : Float32;
        AwaitTorch();
        Check(_library.AllReduce(address, address, (nuint)count, type, Addition, _communicator, _stream), "ncclAllReduce");
    }

    /// <summary>The bytes of rank 0 in the card's memory.</summary>
    public void Broadcast(nint address, long bytes)
    {
        AwaitTorch();
        Check(_library.Broadcast(address, address, (nuint)bytes, Bytes, 0, _communicator, _stream), "ncclBroadcast");
        Join();
    }

    public void Abort()
    {
        _ = _library.Abort(_communicator);
        _processors.Abort();
    }

    public void Dispose()
    {
        _ = _library.Destroy(_communicator);
        _processors.Dispose();
    }

    // Stream 0 is where torch queues its work.
    private void AwaitTorch()
    {
        Check(_library.RecordEvent(_before, 0), "cudaEventRecord");
        Check(_library.WaitForEvent(_stream, _before, 0), "cudaStreamWaitEvent");
    }

    private static void Check(int result, string function)
    {
        if (result != 0) throw new IOException($"{function} failed with error {result}.");
    }
}
