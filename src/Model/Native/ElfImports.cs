namespace AudioBsq.Native;

/// <summary>The symbols that a shared library takes from others (System V ABI, "Symbol Table"; GNU hash section).</summary>
internal static class ElfImports
{
    private const ulong Symbols = 6, GnuHash = 0x6ffffef5, Versions = 0x6ffffff0;
    private const int SymbolSize = 24, Global = 1;

    /// <summary>
    /// Names of the imports that no version belongs to, and that the library cannot do without: not those of the C and C++ runtimes, which
    /// have versions, nor weak ones.
    /// </summary>
    /// <exception cref="InvalidDataException">The image is not a whole ELF64 file with these tables.</exception>
    public static IReadOnlyList<string> Of(byte[] image)
    {
        var elf = new ElfImage(image);
        if (elf.Entry(Symbols) == 0 || elf.Entry(GnuHash) == 0)
            throw new InvalidDataException("The ELF file has no dynamic symbols, or no GNU hash table of them.");
        long symbols = elf.FileOffset(elf.Entry(Symbols));
        long versions = elf.Entry(Versions) == 0 ? -1 : elf.FileOffset(elf.Entry(Versions));
        uint defined = elf.U32(elf.FileOffset(elf.Entry(GnuHash)) + 4); // the hash table holds the symbols from this one on

        var names = new List<string>();
        for (uint i = 1; i < defined; i++)
        {
            long symbol = symbols + (long)i * SymbolSize;
            bool isImport = elf.U16(symbol + 6) == 0 && elf.Part(symbol + 4, 1)[0] >> 4 == Global;
            bool hasVersion = versions >= 0 && (elf.U16(versions + 2L * i) & 0x7fff) > 1;
            if (isImport && !hasVersion) names.Add(elf.NameAt(elf.U32(symbol)));
        }

        return names;
    }
}
