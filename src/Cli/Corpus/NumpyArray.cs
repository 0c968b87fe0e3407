using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace AudioBsq.Cli.Corpus;

/// <summary>A file as numpy.save writes it, version 1.0.</summary>
internal static class NumpyArray
{
    private const int Alignment = 64, Prefix = 10;

    /// <summary>An array (rows, columns) of 32-bit integers.</summary>
    public static byte[] Of(ReadOnlySpan<int> values, int columns)
    {
        string shape = string.Create(CultureInfo.InvariantCulture, $"({values.Length / columns}, {columns})");
        string header = $"{{'descr': '<i4', 'fortran_order': False, 'shape': {shape}, }}";
        int padded = (Prefix + header.Length + 1 + Alignment - 1) / Alignment * Alignment - Prefix;
        byte[] file = new byte[Prefix + padded + 4 * values.Length];
        ReadOnlySpan<byte> magic = [0x93, .. "NUMPY"u8, 1, 0];
        magic.CopyTo(file);
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(8), (ushort)padded);
        Encoding.ASCII.GetBytes((header.PadRight(padded - 1) + "\n").AsSpan(), file.AsSpan(Prefix));
        for (int i = 0; i < values.Length; i++) BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(Prefix + padded + 4 * i), values[i]);
        return file;
    }
}
