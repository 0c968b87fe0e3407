using System.Buffers.Binary;
using System.Text;

namespace AudioBsq.Tests.Cli.Training;

/// <summary>Reads TensorBoard's event files by the format alone: TFRecord frames and Protocol Buffers' wire format.</summary>
internal static class EventReader
{
    /// <summary>Every event of a folder's files, in the order in which TensorBoard reads them.</summary>
    public static List<Event> Read(string folder) =>
        [.. Directory.EnumerateFiles(folder, "*tfevents*").Order(StringComparer.Ordinal)
        .SelectMany(path => Records(File.ReadAllBytes(path))).Select(Parse)];

    /// <summary>What the frames hold; fails where a checksum is wrong or bytes are left over.</summary>
    public static IEnumerable<byte[]> Records(byte[] file)
    {
        for (int at = 0; at < file.Length;)
        {
            int length = checked((int)BinaryPrimitives.ReadUInt64LittleEndian(file.AsSpan(at)));
            Assert.Equal(Masked(file.AsSpan(at, 8)), BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(at + 8)));
            byte[] data = file.AsSpan(at + 12, length).ToArray();
            Assert.Equal(Masked(data), BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(at + 12 + length)));
            yield return data;
            at += length + 16;
        }
    }

    /// <summary>CRC-32C bit by bit: the Castagnoli polynomial, reversed.</summary>
    public static uint Crc(ReadOnlySpan<byte> data)
    {
        uint crc = 0xffffffff;
        foreach (byte each in data)
        {
            crc ^= each;
            for (int bit = 0; bit < 8; bit++) crc = (crc & 1) == 0 ? crc >> 1 : crc >> 1 ^ 0x82f63b78;
        }

        return ~crc;
    }

    private static uint Masked(ReadOnlySpan<byte> data)
    {
        uint crc = Crc(data);
        return unchecked((crc >> 15 | crc << 17) + 0xa282ead8);
    }

    private static Event Parse(byte[] record)
    {
        var fields = Fields(record).ToLookup(field => field.Number, field => field.Bytes);
        var values = fields[5].SelectMany(summary => Fields(summary))
            .Select(value => Fields(value.Bytes).ToDictionary(field => field.Number, field => field.Bytes)).ToList();
        return new Event(
            BitConverter.ToDouble(fields[1].Single()),
            fields[2].Select(bytes => BitConverter.ToInt64(bytes)).SingleOrDefault(),
            fields[3].Select(Encoding.UTF8.GetString).SingleOrDefault(),
            fields[7].Any(log => Fields(log).Any(field => field.Number == 1 && BitConverter.ToInt64(field.Bytes) == 1)),
            values.Select(value => Encoding.UTF8.GetString(value[1])).SingleOrDefault(),
            values.Select(value => value.TryGetValue(2, out byte[]? single) ? BitConverter.ToSingle(single) : (float?)null)
                .SingleOrDefault(),
            values.Select(value => value.TryGetValue(4, out byte[]? image) ? Fields(image).Single(field => field.Number == 4).Bytes : null)
                .SingleOrDefault());
    }

    // Varints come as eight bytes.
    private static IEnumerable<(int Number, byte[] Bytes)> Fields(byte[] message)
    {
        for (int at = 0; at < message.Length;)
        {
            ulong key = Varint(message, ref at);
            int length = (key & 7) switch
            {
                0 => 0,
                1 => 8,
                2 => (int)Varint(message, ref at),
                5 => 4,
                _ => throw new InvalidDataException($"wire type {key & 7}"),
            };
            byte[] bytes = (key & 7) == 0 ? BitConverter.GetBytes(Varint(message, ref at)) : message.AsSpan(at, length).ToArray();
            at += length;
            yield return ((int)(key >> 3), bytes);
        }
    }

    private static ulong Varint(byte[] message, ref int at)
    {
        ulong value = 0;
        for (int shift = 0; ; shift += 7)
        {
            byte next = message[at++];
            value |= (ulong)(next & 0x7f) << shift;
            if (next < 0x80) return value;
        }
    }

    /// <summary>One event: of a file's version, of a session's start, or with one value.</summary>
    internal sealed record Event(double Time, long Step, string? Version, bool IsStart, string? Tag, float? Value, byte[]? Image);
}
