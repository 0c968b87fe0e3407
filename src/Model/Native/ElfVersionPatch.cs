using System.Buffers.Binary;

namespace AudioBsq.Native;

/// <summary>
/// Makes one symbol version that a shared library requires of another optional. A 64-bit little-endian ELF file lists such versions in
/// .gnu.version_r. With the flag VER_FLG_WEAK in an entry the loader accepts that the version is missing, and only a symbol that needs it
/// fails to load (Drepper, "ELF Symbol Versioning"; Linux Standard Base 5.0, section 10.7).
/// </summary>
internal static class ElfVersionPatch
{
    private const ushort Weak = 2; // VER_FLG_WEAK
    private const int DynamicSegment = 2, LoadedSegment = 1;
    private const ulong StringTable = 5, StringTableSize = 10, VersionNeeds = 0x6ffffffe, VersionNeedsCount = 0x6fffffff;

    /// <summary>
    /// Sets the flag, which changes one byte of <paramref name="image"/>. False, with no change, when the file does not require
    /// <paramref name="version"/> of <paramref name="library"/>.
    /// </summary>
    /// <exception cref="InvalidDataException">The image is not a whole ELF64 file.</exception>
    public static bool MakeOptional(Span<byte> image, string library, string version)
    {
        if (!image.StartsWith("\x7f"u8) || image.Length < 64 || !image[1..6].SequenceEqual("ELF\x2\x1"u8))
            throw new InvalidDataException("The image is not a 64-bit little-endian ELF file.");
        var tables = ReadDynamicTables(image);

        long need = tables.Needs;
        for (ulong i = 0; i < tables.NeedsCount; i++)
        {
            int entries = U16(image, need + 2);
            bool wanted = NameIs(image, tables, U32(image, need + 4), library);
            long entry = need + U32(image, need + 8);
            for (int j = 0; j < entries; j++)
            {
                if (wanted && NameIs(image, tables, U32(image, entry + 8), version))
                {
                    ushort flags = U16(image, entry + 4);
                    BinaryPrimitives.WriteUInt16LittleEndian(Part(image, entry + 4, 2), (ushort)(flags | Weak));
                    return true;
                }

                entry += U32(image, entry + 12);
            }

            need += U32(image, need + 12);
        }

        return false;
    }

    private static Tables ReadDynamicTables(Span<byte> image)
    {
        long headers = Offset(U64(image, 32));
        (int size, int count) = (U16(image, 54), U16(image, 56));
        long dynamic = -1, dynamicEnd = -1;
        for (int i = 0; i < count; i++)
        {
            long header = headers + (long)i * size;
            if (U32(image, header) != DynamicSegment) continue;
            dynamic = Offset(U64(image, header + 8));
            dynamicEnd = Offset(U64(image, header + 8) + U64(image, header + 32));
        }

        ulong strings = 0, stringsSize = 0, needs = 0, needsCount = 0;
        for (long at = dynamic; at >= 0 && at + 16 <= dynamicEnd; at += 16)
        {
            ulong value = U64(image, at + 8);
            switch (U64(image, at))
            {
                case StringTable: strings = value; break;
                case StringTableSize: stringsSize = value; break;
                case VersionNeeds: needs = value; break;
                case VersionNeedsCount: needsCount = value; break;
            }
        }

        if (strings == 0 || (needs == 0 && needsCount != 0))
            throw new InvalidDataException("The ELF file has no dynamic string or version table.");
        long stringsAt = FileOffset(strings, image, headers, size, count);
        long needsAt = needsCount == 0 ? 0 : FileOffset(needs, image, headers, size, count);
        return new Tables(stringsAt, Offset((ulong)stringsAt + stringsSize), needsAt, needsCount);
    }

    // The dynamic table gives addresses in memory; the loaded segments say where those bytes are in the file.
    private static long FileOffset(ulong address, Span<byte> image, long headers, int size, int count)
    {
        for (int i = 0; i < count; i++)
        {
            long header = headers + (long)i * size;
            if (U32(image, header) != LoadedSegment) continue;
            ulong start = U64(image, header + 16), length = U64(image, header + 32);
            if (address >= start && address - start < length) return Offset(U64(image, header + 8) + (address - start));
        }

        throw new InvalidDataException($"The ELF file holds nothing at address 0x{address:x}.");
    }

    private static bool NameIs(Span<byte> image, Tables tables, uint at, string name)
    {
        long start = tables.Strings + at;
        if (start + name.Length + 1 > tables.StringsEnd) return false;
        var text = Part(image, start, name.Length + 1);
        for (int i = 0; i < name.Length; i++)
        {
            if (text[i] != name[i]) return false;
        }

        return text[^1] == 0;
    }

    private static ushort U16(Span<byte> image, long at) => BinaryPrimitives.ReadUInt16LittleEndian(Part(image, at, 2));

    private static uint U32(Span<byte> image, long at) => BinaryPrimitives.ReadUInt32LittleEndian(Part(image, at, 4));

    private static ulong U64(Span<byte> image, long at) => BinaryPrimitives.ReadUInt64LittleEndian(Part(image, at, 8));

    private static long Offset(ulong value) =>
        value <= int.MaxValue ? (long)value : throw new InvalidDataException($"The ELF file points to offset {value}.");

    private static Span<byte> Part(Span<byte> image, long at, int count) =>
        at >= 0 && at <= image.Length - count
            ? image.Slice((int)at, count)
            : throw new InvalidDataException($"The ELF file ends before offset {at + count}.");

    private readonly record struct Tables(long Strings, long StringsEnd, long Needs, ulong NeedsCount);
}
