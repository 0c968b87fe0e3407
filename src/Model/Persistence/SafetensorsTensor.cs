using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace AudioBsq.Persistence;

/// <summary>The number formats of safetensors that this library reads and writes, under the format's own names.</summary>
internal enum SafetensorsType
{
    /// <summary>Unsigned byte.</summary>
    U8 = 1,

    /// <summary>IEEE half precision.</summary>
    F16,

    /// <summary>The upper half of IEEE single precision.</summary>
    BF16,

    /// <summary>IEEE single precision.</summary>
    F32,

    /// <summary>IEEE double precision.</summary>
    F64,

    /// <summary>Signed 64-bit integer.</summary>
    I64,
}

/// <summary>Properties of number formats.</summary>
internal static class SafetensorsTypes
{
    /// <summary>Whether the values are integers.</summary>
    public static bool IsInteger(this SafetensorsType type) => type is SafetensorsType.U8 or SafetensorsType.I64;
}

/// <summary>One tensor of a safetensors file: row-major, little-endian bytes.</summary>
/// <param name="Name">The tensor's name, unique in its file.</param>
/// <param name="Type">The number format.</param>
/// <param name="Shape">Dimensions, outermost first; empty for a scalar.</param>
/// <param name="Data">The bytes.</param>
internal sealed record SafetensorsTensor(string Name, SafetensorsType Type, IReadOnlyList<long> Shape, byte[] Data)
{
    /// <summary>A tensor of single-precision values.</summary>
    public static SafetensorsTensor Of(string name, ReadOnlySpan<float> values, params long[] shape) =>
        new(name, SafetensorsType.F32, shape, MemoryMarshal.AsBytes(values).ToArray());

    /// <summary>A tensor of 64-bit integers.</summary>
    public static SafetensorsTensor Of(string name, ReadOnlySpan<long> values, params long[] shape) =>
        new(name, SafetensorsType.I64, shape, MemoryMarshal.AsBytes(values).ToArray());

    /// <summary>The values in single precision, converted from another floating-point format if need be.</summary>
    /// <exception cref="InvalidDataException">The tensor holds integers.</exception>
    public float[] ToSingles()
    {
        byte[] data = Data;
        return Type switch
        {
            SafetensorsType.F32 => MemoryMarshal.Cast<byte, float>(data).ToArray(),
            SafetensorsType.F64 => Array.ConvertAll(MemoryMarshal.Cast<byte, double>(data).ToArray(), x => (float)x),
            SafetensorsType.F16 => OfHalves(MemoryMarshal.Cast<byte, Half>(data)),
            SafetensorsType.BF16 => Array.ConvertAll(
                MemoryMarshal.Cast<byte, ushort>(data).ToArray(), x => BitConverter.UInt32BitsToSingle((uint)x << 16)),
            _ => throw new InvalidDataException($"Tensor '{Name}' holds {Type}, not floating-point values."),
        };
    }

    /// <summary>The values as 64-bit integers.</summary>
    /// <exception cref="InvalidDataException">The tensor holds floating-point values.</exception>
    public long[] ToInt64s() => Type switch
    {
        SafetensorsType.I64 => MemoryMarshal.Cast<byte, long>(Data).ToArray(),
        SafetensorsType.U8 => Array.ConvertAll(Data, x => (long)x),
        _ => throw new InvalidDataException($"Tensor '{Name}' holds {Type}, not integers."),
    };

    private static float[] OfHalves(ReadOnlySpan<Half> halves)
    {
        float[] values = new float[halves.Length];
        TensorPrimitives.ConvertToSingle(halves, values);
        return values;
    }

    internal static int SizeOf(SafetensorsType type) => type switch
    {
        SafetensorsType.U8 => 1,
        SafetensorsType.F16 or SafetensorsType.BF16 => 2,
        SafetensorsType.F32 => 4,
        _ => 8,
    };
}
