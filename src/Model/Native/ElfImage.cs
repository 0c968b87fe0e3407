using System.Buffers.Binary;
using System.Text;

namespace AudioBsq.Native;

/// <summary>
/// The bytes of a 64-bit little-endian ELF file, and its dynamic table (System V ABI, chapter 5). Every access is checked against the end.
/// </summary>
internal readonly ref struct ElfImage
{
    private const int DynamicSegment = 2, LoadedSegment = 1;
    private const ulong StringTable = 5, StringTableSize = 10;

    private readonly Span<byte> _image;
    private readonly long _headers, _dynamic, _dynamicEnd;
    private readonly int _headerSize, _headerCount;

    /// <exception cref="InvalidDataException">The image is not a whole ELF64 file.</exception>
    public ElfImage(Span<byte> image)
    {
        _image = image;
        if (!image.StartsWith("\x7f"u8) || image.Length < 64 || !image[1..6].SequenceEqual("ELF\x2\x1"u8))
            throw new InvalidDataException("The image is not a 64-bit little-endian ELF file.");
        _headers = Offset(U64(32));
        (_headerSize, _headerCount) = (U16(54), U16(56));
        (_dynamic, _dynamicEnd) = (-1, -1);
        for (int i = 0; i < _headerCount; i++)
        {
            long header = _headers + (long)i * _headerSize;
            if (U32(header) != DynamicSegment) continue;
            _dynamic = Offset(U64(header + 8));
            _dynamicEnd = Offset(U64(header + 8) + U64(header + 32));
        }

        ulong strings = Entry(StringTable);
        if (strings == 0) throw new InvalidDataException("The ELF file has no dynamic string table.");
        Strings = FileOffset(strings);
        StringsEnd = Offset((ulong)Strings + Entry(StringTableSize));
    }

    private long Strings { get; }

    private long StringsEnd { get; }

    /// <summary>The value of an entry of the dynamic table; 0 where it has none.</summary>
    public ulong Entry(ulong tag)
    {
        ulong value = 0;
        for (long at = _dynamic; at >= 0 && at + 16 <= _dynamicEnd; at += 16)
        {
            if (U64(at) == tag) value = U64(at + 8);
        }

        return value;
    }

    /// <summary>
    /// Where the file has what is in memory at an address: the dynamic table gives addresses, and the loaded segments their bytes.
    /// </summary>
    public long FileOffset(ulong address)
    {
        for (int i = 0; i < _headerCount; i++)
        {
            long header = _headers + (long)i * _headerSize;
            if (U32(header) != LoadedSegment) continue;
            ulong start = U64(header + 16), length = U64(header + 32);
            if (address >= start && address - start < length) return Offset(U64(header + 8) + (address - start));
        }

        throw new InvalidDataException($"The ELF file holds nothing at address 0x{address:x}.");
    }

    /// <summary>Whether the name at a place of the string table is this one.</summary>
    public bool NameIs(uint at, string name)
    {
        long start = Strings + at;
        if (start + name.Length + 1 > StringsEnd) return false;
        var text = Part(start, name.Length + 1);
        for (int i = 0; i < name.Length; i++)
        {
            if (text[i] != name[i]) return false;
        }

        return text[^1] == 0;
    }

    /// <summary>The name at a place of the string table.</summary>
    public string NameAt(uint at)
    {
        long start = Strings + at;
        var rest = Part(start, (int)Math.Max(0, StringsEnd - start));
        int length = rest.IndexOf((byte)0);
        if (length < 0) throw new InvalidDataException("A name in the ELF file has no end.");
        return Encoding.ASCII.GetString(rest[..length]);
    }

    public ushort U16(long at) => BinaryPrimitives.ReadUInt16LittleEndian(Part(at, 2));

    public uint U32(long at) => BinaryPrimitives.ReadUInt32LittleEndian(Part(at, 4));

    public ulong U64(long at) => BinaryPrimitives.ReadUInt64LittleEndian(Part(at, 8));

    public Span<byte> Part(long at, int count) =>
        at >= 0 && at <= _image.Length - count
            ? _image.Slice((int)at, count)
            : throw new InvalidDataException($"The ELF file ends before offset {at + count}.");

    private static long Offset(ulong value) =>
        value <= int.MaxValue ? (long)value : throw new InvalidDataException($"The ELF file points to offset {value}.");
}
