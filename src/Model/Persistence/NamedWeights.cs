using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace AudioBsq.Persistence;

/// <summary>Weights that are to be written, in single precision or as integers; the bytes are asked for one tensor at a time.</summary>
/// <param name="Name">Their name in the file.</param>
/// <param name="Type">F32 or I64.</param>
/// <param name="Shape">Dimensions, outermost first.</param>
/// <param name="Read">Gives the bytes.</param>
internal sealed record NamedWeights(string Name, SafetensorsType Type, IReadOnlyList<long> Shape, Func<byte[]> Read)
{
    /// <summary>A tensor of torch.</summary>
    /// <exception cref="NotSupportedException">Tensors of this type are not saved.</exception>
    public static NamedWeights Of(string name, Tensor tensor) =>
        new(name, TypeOf(tensor.dtype), tensor.shape, () => BytesOf(tensor));

    /// <summary>A tensor in memory, of single precision or of integers.</summary>
    public static NamedWeights Of(SafetensorsTensor tensor) => new(tensor.Name, tensor.Type, tensor.Shape, () => tensor.Data);

    /// <summary>A function that gives a copy of the weights of a name, in single precision.</summary>
    public static Func<string, float[]> ByName(IEnumerable<NamedWeights> weights)
    {
        var byName = weights.ToDictionary(entry => entry.Name);
        return name => MemoryMarshal.Cast<byte, float>(byName[name].Read()).ToArray();
    }

    /// <summary>The number format in a file of torch's type.</summary>
    /// <exception cref="NotSupportedException">Tensors of this type are not saved.</exception>
    public static SafetensorsType TypeOf(ScalarType type) => type switch
    {
        ScalarType.Float32 => SafetensorsType.F32,
        ScalarType.Int64 => SafetensorsType.I64,
        _ => throw new NotSupportedException($"Tensors of type {type} are not saved."),
    };

    private static byte[] BytesOf(Tensor tensor)
    {
        using var scope = NewDisposeScope();
        return tensor.detach().cpu().contiguous().bytes.ToArray();
    }
}
