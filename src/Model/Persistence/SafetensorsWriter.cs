using System.Buffers.Binary;
using System.Text.Json;

namespace AudioBsq.Persistence;

/// <summary>Writes safetensors files. The same tensors and metadata in the same order give the same bytes.</summary>
internal static class SafetensorsWriter
{
    /// <summary>
    /// Writes a whole file. <paramref name="layout"/> becomes the header; then <paramref name="data"/> is called for the bytes of one
    /// tensor after another, so that a large model is never in memory twice.
    /// </summary>
    public static void Write(
        Stream stream,
        IReadOnlyList<(string Name, SafetensorsType Type, IReadOnlyList<long> Shape)> layout,
        Func<int, byte[]> data,
        IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(layout);
        ArgumentNullException.ThrowIfNull(data);
        byte[] header = Header(layout, metadata);
        Span<byte> prefix = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(prefix, (ulong)header.Length);
        stream.Write(prefix);
        stream.Write(header);
        for (int i = 0; i < layout.Count; i++)
        {
            byte[] bytes = data(i);
            if (bytes.Length != SizeOf(layout[i]))
            {
                throw new ArgumentException(
                    $"Tensor '{layout[i].Name}' has {bytes.Length} bytes; its shape asks for {SizeOf(layout[i])}.", nameof(data));
            }

            stream.Write(bytes);
        }
    }

    /// <summary>Writes tensors that are in memory.</summary>
    public static void Write(
        Stream stream, IReadOnlyList<SafetensorsTensor> tensors, IReadOnlyDictionary<string, string>? metadata = null) =>
        Write(stream, [.. tensors.Select(tensor => (tensor.Name, tensor.Type, tensor.Shape))], i => tensors[i].Data, metadata);

    private static byte[] Header(
        IReadOnlyList<(string Name, SafetensorsType Type, IReadOnlyList<long> Shape)> layout, IReadOnlyDictionary<string, string>? metadata)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            if (metadata is { Count: > 0 })
            {
                json.WriteStartObject("__metadata__");
                foreach (var (key, text) in metadata.OrderBy(entry => entry.Key, StringComparer.Ordinal)) json.WriteString(key, text);
                json.WriteEndObject();
            }

            long at = 0;
            foreach (var tensor in layout)
            {
                json.WriteStartObject(tensor.Name);
                json.WriteString("dtype", tensor.Type.ToString());
                WriteArray(json, "shape", tensor.Shape);
                WriteArray(json, "data_offsets", [at, at += SizeOf(tensor)]);
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        // Spaces up to a multiple of 8 keep the data aligned, as the specification advises.
        while (buffer.Length % 8 != 0) buffer.WriteByte((byte)' ');
        return buffer.ToArray();
    }

    private static void WriteArray(Utf8JsonWriter json, string name, IReadOnlyList<long> values)
    {
        json.WriteStartArray(name);
        foreach (long value in values) json.WriteNumberValue(value);
        json.WriteEndArray();
    }

    private static long SizeOf((string Name, SafetensorsType Type, IReadOnlyList<long> Shape) tensor) =>
        tensor.Shape.Aggregate((long)SafetensorsTensor.SizeOf(tensor.Type), (size, dimension) => checked(size * dimension));
}
