using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text.Json;

namespace AudioBsq.Persistence;

/// <summary>
/// Reads a safetensors file from start to end, one tensor at a time: the length of the header in 64 bits, a JSON header, and the values
/// (specification: github.com/huggingface/safetensors). Nothing in a file is executed, and no memory is allocated because a header claims
/// it: lengths are compared with that of the stream.
/// </summary>
internal sealed class SafetensorsReader
{
    private const int MaxHeaderLength = 10_000_000; // a tenth of the specification's limit: ten thousand tensors need 2 MB
    private const int MaxDimensions = 16;
    private const int Chunk = 1 << 20;

    private readonly Stream _stream;
    private readonly string _name;
    private readonly List<Entry> _entries = [];
    private readonly Dictionary<string, string> _metadata = [];

    /// <summary>Reads and checks the header; <paramref name="name"/> is used in messages.</summary>
    /// <exception cref="InvalidDataException">The header is broken, or disagrees with the length of the stream.</exception>
    public SafetensorsReader(Stream stream, string name = "stream")
    {
        ArgumentNullException.ThrowIfNull(stream);
        (_stream, _name) = (stream, name);
        Span<byte> prefix = stackalloc byte[8];
        if (stream.ReadAtLeast(prefix, 8, throwOnEndOfStream: false) < 8) throw Broken("is shorter than its 8-byte header length");
        ulong length = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (prefix.StartsWith("PK"u8)) throw ZipContent.Refusal(stream, name, prefix.Length);
        if (length is < 2 or > MaxHeaderLength)
            throw Broken($"claims a header of {length} bytes; 2 to {MaxHeaderLength:N0} are possible");
        ParseHeader(ReadBytes((int)length, "header"));
        CheckLayout();
    }

    /// <summary>The free text entries of the header.</summary>
    public IReadOnlyDictionary<string, string> Metadata => _metadata;

    /// <summary>Names, formats and shapes, in the order of the data.</summary>
    public IEnumerable<(string Name, SafetensorsType Type, IReadOnlyList<long> Shape)> Tensors =>
        _entries.Select(entry => (entry.Name, entry.Type, (IReadOnlyList<long>)entry.Shape));

    /// <summary>The hash to which each tensor's bytes are added as they are read; null for none.</summary>
    internal IncrementalHash? Digest { get; set; }

    /// <summary>All tensors of a file, by name.</summary>
    /// <exception cref="InvalidDataException">The file is no safetensors file, or is damaged.</exception>
    public static Dictionary<string, SafetensorsTensor> ReadFile(string path)
    {
        using var stream = File.OpenRead(path);
        return new SafetensorsReader(stream, path).ReadTensors().ToDictionary(tensor => tensor.Name);
    }

    /// <summary>Reads the tensors one after another; can be called once.</summary>
    /// <exception cref="InvalidDataException">The stream ends early.</exception>
    public IEnumerable<SafetensorsTensor> ReadTensors()
    {
        foreach (var entry in _entries)
        {
            long size = entry.End - entry.Begin;
            if (size > Array.MaxLength)
            {
                throw new NotSupportedException(
                    $"Tensor '{entry.Name}' of {_name} has {size:N0} bytes; one tensor may have {Array.MaxLength:N0}.");
            }

            byte[] data = ReadBytes((int)size, $"tensor '{entry.Name}'");
            Digest?.AppendData(data);
            yield return new SafetensorsTensor(entry.Name, entry.Type, entry.Shape, data);
        }
    }

    private void ParseHeader(byte[] json)
    {
        try
        {
            using var header = JsonDocument.Parse(json);
            var names = new HashSet<string>();
            foreach (var property in header.RootElement.EnumerateObject())
            {
                if (!names.Add(property.Name)) throw Broken($"has two entries named '{property.Name}'");
                if (property.Name == "__metadata__")
                {
                    foreach (var text in property.Value.EnumerateObject()) _metadata[text.Name] = text.Value.GetString() ?? "";
                }
                else
                {
                    _entries.Add(ParseEntry(property.Name, property.Value));
                }
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or KeyNotFoundException)
        {
            throw Broken($"has a header that is not valid: {e.Message}", e);
        }
    }

    private Entry ParseEntry(string name, JsonElement value)
    {
        string typeName = value.GetProperty("dtype").GetString() ?? "";
        if (!Enum.TryParse(typeName, out SafetensorsType type) || Enum.GetName(type) != typeName)
        {
            throw Broken(
                $"holds tensor '{name}' of type '{typeName}'; {string.Join(", ", Enum.GetNames<SafetensorsType>())} are supported");
        }

        if (value.GetProperty("shape").GetArrayLength() > MaxDimensions)
            throw Broken($"gives tensor '{name}' more than {MaxDimensions} dimensions");
        long[] shape = [.. value.GetProperty("shape").EnumerateArray().Select(x => x.GetInt64())];
        if (value.GetProperty("data_offsets").GetArrayLength() != 2) throw Broken($"gives tensor '{name}' impossible offsets");
        long[] offsets = [.. value.GetProperty("data_offsets").EnumerateArray().Select(x => x.GetInt64())];
        if (offsets is not [var begin, var end] || begin < 0 || end < begin) throw Broken($"gives tensor '{name}' impossible offsets");
        if (SizeOf(type, shape) != end - begin)
            throw Broken($"gives tensor '{name}' of {type} [{string.Join(", ", shape)}] {end - begin} bytes");
        return new Entry(name, type, shape, begin, end);
    }

    // 128 bits, in which the product cannot wrap around before it is found to be too large.
    private static long SizeOf(SafetensorsType type, long[] shape)
    {
        Int128 size = SafetensorsTensor.SizeOf(type);
        foreach (long dimension in shape)
        {
            if (dimension < 0) return -1;
            size *= dimension;
            if (size > long.MaxValue) return -1;
        }

        return (long)size;
    }

    private void CheckLayout()
    {
        _entries.Sort((a, b) => a.Begin != b.Begin ? a.Begin.CompareTo(b.Begin) : a.End.CompareTo(b.End));
        long at = 0;
        foreach (var entry in _entries)
        {
            if (entry.Begin != at) throw Broken($"has a gap or an overlap before tensor '{entry.Name}'");
            at = entry.End;
        }

        if (_stream.CanSeek && _stream.Length - _stream.Position != at)
            throw Broken($"describes {at} bytes of data and holds {_stream.Length - _stream.Position}");
    }

    // The buffer grows as bytes arrive, so that a short stream does not cost the memory that its header claims.
    private byte[] ReadBytes(int count, string what)
    {
        if (_stream.CanSeek && _stream.Length - _stream.Position < count)
            throw Broken($"ends inside its {what}: {_stream.Length - _stream.Position} of {count} bytes");
        byte[] bytes = new byte[_stream.CanSeek ? count : Math.Min(count, Chunk)];
        int have = 0;
        while (true)
        {
            have += _stream.ReadAtLeast(bytes.AsSpan(have), bytes.Length - have, throwOnEndOfStream: false);
            if (have < bytes.Length) throw Broken($"ends inside its {what}: {have} of {count} bytes");
            if (have == count) return bytes;
            Array.Resize(ref bytes, (int)Math.Min(count, bytes.Length * 2L));
        }
    }

    private InvalidDataException Broken(string what, Exception? inner = null) => new($"The safetensors {_name} {what}.", inner);

    private sealed record Entry(string Name, SafetensorsType Type, long[] Shape, long Begin, long End);
}
