using System.Buffers.Binary;
using System.Text;

namespace AudioBsq.Cli.Training;

/// <summary>A message in Protocol Buffers' wire format (protobuf.dev/programming-guides/encoding), field after field.</summary>
internal sealed class TensorBoardMessage
{
    private readonly List<byte> _bytes = [];

    public byte[] ToArray() => [.. _bytes];

    /// <summary>A whole number, at least 0; 0 is left out, as it is the default.</summary>
    public TensorBoardMessage Whole(int field, long value)
    {
        if (value == 0) return this;
        Varint((ulong)field << 3);
        Varint((ulong)value);
        return this;
    }

    public TensorBoardMessage Double(int field, double value)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteDoubleLittleEndian(bytes, value);
        return Fixed(field, wireType: 1, bytes);
    }

    public TensorBoardMessage Single(int field, float value)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteSingleLittleEndian(bytes, value);
        return Fixed(field, wireType: 5, bytes);
    }

    public TensorBoardMessage Text(int field, string value) => Bytes(field, Encoding.UTF8.GetBytes(value));

    public TensorBoardMessage Message(int field, TensorBoardMessage value) => Bytes(field, value.ToArray());

    public TensorBoardMessage Bytes(int field, byte[] value)
    {
        Varint((ulong)field << 3 | 2);
        Varint((ulong)value.Length);
        _bytes.AddRange(value);
        return this;
    }

    private TensorBoardMessage Fixed(int field, uint wireType, ReadOnlySpan<byte> value)
    {
        Varint((ulong)field << 3 | wireType);
        _bytes.AddRange(value);
        return this;
    }

    private void Varint(ulong value)
    {
        for (; value >= 0x80; value >>= 7) _bytes.Add((byte)(value | 0x80));
        _bytes.Add((byte)value);
    }
}
