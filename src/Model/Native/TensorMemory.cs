using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace AudioBsq.Native;

/// <summary>The memory of tensors, without TorchSharp's accessors, which take 20 times as long.</summary>
internal static class TensorMemory
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
}
