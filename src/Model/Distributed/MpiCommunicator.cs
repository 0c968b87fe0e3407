using AudioBsq.Native;
using static TorchSharp.torch;

namespace AudioBsq.Distributed;

/// <summary>Ranks that mpirun, mpiexec or srun started, on processors.</summary>
internal sealed unsafe class MpiCommunicator : ICommunicator
{
    private readonly MpiLibrary _library = new();
    private bool _ended;

    public string Name => $"MPI ({_library.Version})";

    public int Rank => _library.Rank;

    public int Size => _library.Size;

    public void Sum(Tensor tensor)
    {
        if (tensor.dtype == ScalarType.Float64)
        {
            fixed (double* values = tensor.Values<double>()) _library.Sum(values, (int)tensor.numel());
        }
        else
        {
            fixed (float* values = tensor.Values<float>()) _library.Sum(values, (int)tensor.numel());
        }
    }

    public void Broadcast(Tensor tensor)
    {
        var bytes = tensor.Values<byte>();
        fixed (byte* values = bytes) _library.Broadcast(values, bytes.Length);
    }

    /// <summary>Leaves without the other ranks, which the launcher ends as soon as this process has ended.</summary>
    public void Abort() => _ended = true;

    public void Dispose()
    {
        if (_ended) return;
        _ended = true;
        _library.End();
    }
}
