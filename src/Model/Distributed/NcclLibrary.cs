using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace AudioBsq.Distributed;

/// <summary>The functions of NCCL and of the CUDA runtime that <see cref="NcclCommunicator"/> calls; all return 0 for success.</summary>
internal sealed unsafe class NcclLibrary
{
    /// <summary>What rank 0 creates and all ranks must have.</summary>
    [InlineArray(128)]
    public struct UniqueId
    {
        private byte _first;
    }

    public required delegate* unmanaged<UniqueId*, int> GetUniqueId { get; init; }

    public required delegate* unmanaged<nint*, int, UniqueId, int, int> InitRank { get; init; }

    public required delegate* unmanaged<nint, nint, nuint, int, int, nint, nint, int> AllReduce { get; init; }

    public required delegate* unmanaged<nint, nint, nuint, int, int, nint, nint, int> Broadcast { get; init; }

    public required delegate* unmanaged<nint, int> Abort { get; init; }

    public required delegate* unmanaged<nint, int> Destroy { get; init; }

    public required delegate* unmanaged<int, int> SetDevice { get; init; }

    public required delegate* unmanaged<nint*, uint, int> CreateStream { get; init; }

    public required delegate* unmanaged<nint*, uint, int> CreateEvent { get; init; }

    public required delegate* unmanaged<nint, nint, int> RecordEvent { get; init; }

    public required delegate* unmanaged<nint, nint, uint, int> WaitForEvent { get; init; }

    /// <exception cref="DllNotFoundException">One of the libraries is missing.</exception>
    public static NcclLibrary Load()
    {
        nint nccl = Open("libnccl.so.2", "libnccl.so"), cuda = Open("libcudart.so.13", "libcudart.so.12", "libcudart.so");
        return new NcclLibrary
        {
            GetUniqueId = (delegate* unmanaged<UniqueId*, int>)NativeLibrary.GetExport(nccl, "ncclGetUniqueId"),
            InitRank = (delegate* unmanaged<nint*, int, UniqueId, int, int>)NativeLibrary.GetExport(nccl, "ncclCommInitRank"),
            AllReduce = (delegate* unmanaged<nint, nint, nuint, int, int, nint, nint, int>)NativeLibrary.GetExport(nccl, "ncclAllReduce"),
            Broadcast = (delegate* unmanaged<nint, nint, nuint, int, int, nint, nint, int>)NativeLibrary.GetExport(nccl, "ncclBroadcast"),
            Abort = (delegate* unmanaged<nint, int>)NativeLibrary.GetExport(nccl, "ncclCommAbort"),
            Destroy = (delegate* unmanaged<nint, int>)NativeLibrary.GetExport(nccl, "ncclCommDestroy"),
            SetDevice = (delegate* unmanaged<int, int>)NativeLibrary.GetExport(cuda, "cudaSetDevice"),
            CreateStream = (delegate* unmanaged<nint*, uint, int>)NativeLibrary.GetExport(cuda, "cudaStreamCreateWithFlags"),
            CreateEvent = (delegate* unmanaged<nint*, uint, int>)NativeLibrary.GetExport(cuda, "cudaEventCreateWithFlags"),
            RecordEvent = (delegate* unmanaged<nint, nint, int>)NativeLibrary.GetExport(cuda, "cudaEventRecord"),
            WaitForEvent = (delegate* unmanaged<nint, nint, uint, int>)NativeLibrary.GetExport(cuda, "cudaStreamWaitEvent"),
        };
    }

    private static nint Open(params string[] names)
    {
        foreach (string name in names)
        {
            if (NativeLibrary.TryLoad(name, out nint library)) return library;
        }

        throw new DllNotFoundException($"Training on several graphics cards needs {names[0]}, which is not installed.");
    }
}
