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
    private const ulong VersionNeeds = 0x6ffffffe, VersionNeedsCount = 0x6fffffff;

    /// <summary>
    /// Sets the flag, which changes one byte of <paramref name="image"/>. False, with no change, when the file does not require
    /// <paramref name="version"/> of <paramref name="library"/>.
    /// </summary>
    /// <exception cref="InvalidDataException">The image is not a whole ELF64 file.</exception>
    public static bool MakeOptional(Span<byte> image, string library, string version)
    {
        var elf = new ElfImage(image);
        ulong needs = elf.Entry(VersionNeeds), count = elf.Entry(VersionNeedsCount);
        if (count == 0) return false;
        if (needs == 0) throw new InvalidDataException("The ELF file has no table of versions.");

        long need = elf.FileOffset(needs);
        for (ulong i = 0; i < count; i++)
        {
            int entries = elf.U16(need + 2);
            bool wanted = elf.NameIs(elf.U32(need + 4), library);
            long entry = need + elf.U32(need + 8);
            for (int j = 0; j < entries; j++)
            {
                if (wanted && elf.NameIs(elf.U32(entry + 8), version))
                {
                    ushort flags = elf.U16(entry + 4);
                    BinaryPrimitives.WriteUInt16LittleEndian(elf.Part(entry + 4, 2), (ushort)(flags | Weak));
                    return true;
                }

                entry += elf.U32(entry + 12);
            }

            need += elf.U32(need + 12);
        }

        return false;
    }
}
