using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace AudioBsq.Native;

/// <summary>The memory of tensors, without TorchSharp's accessors, which take 20 times as long.</summary>
internal static partial class TensorMemory
{
    /// <summary>
    /// The values of a contiguous tensor on the CPU, in its own memory. The tensor must be alive as long as they are used, and below 2 GB.
    /// </summary>
    public static Span<T> Values<T>(this Tensor tensor) where T : unmanaged => MemoryMarshal.Cast<byte, T>(tensor.bytes);

    /// <summary>A copy of the values of a tensor on any device.</summary>
    public static T[] ToValues<T>(this Tensor tensor) where T : unmanaged
    {
        using var scope = NewDisposeScope();
        return tensor.cpu().contiguous().Values<T>().ToArray();
    }

    /// <summary>Where a tensor's values are, in the memory of its device. The tensor must be alive as long as it is used.</summary>
    public static nint Address(this Tensor tensor)
    {
        nint address = DataOf(tensor.Handle);
        GC.KeepAlive(tensor);
        return address;
    }

    [LibraryImport("LibTorchSharp", EntryPoint = "THSTensor_data")]
    private static partial nint DataOf(nint tensor);
}
