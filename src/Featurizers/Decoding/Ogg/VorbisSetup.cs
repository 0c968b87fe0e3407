using System.Numerics;

namespace AudioBsq.Decoding;

/// <summary>
/// Walks a Vorbis setup packet (Vorbis I, section 4.2.4) for the block lengths of its modes. NVorbis would read a damaged one for ever or
/// ask for gigabytes, so what it is given is checked here first.
/// </summary>
internal static class VorbisSetup
{
    private const int MaxEntries = 1 << 15, MaxAllEntries = 1 << 18, MaxAllValues = 1 << 22;

    /// <summary>For every mode whether its blocks are long.</summary>
    /// <exception cref="InvalidDataException">The packet is damaged, or asks for more than any encoder does.</exception>
    /// <exception cref="EndOfStreamException">The packet ends too early.</exception>
    /// <exception cref="NotSupportedException">It is of a kind that NVorbis decodes wrongly.</exception>
    public static bool[] ReadModes(ReadOnlySpan<byte> packet, int channels)
    {
        var bits = new VorbisBits(packet);
        bits.Skip(7 * 8);
        int[] dimensions = ReadBooks(ref bits);
        double values = 0;
        bits.Skip(16 * ((long)bits.Read(6) + 1)); // times, which are not used
        for (uint floors = bits.Read(6) + 1; floors > 0; floors--) ReadFloor(ref bits);
        for (uint residues = bits.Read(6) + 1; residues > 0; residues--) values += ReadResidue(ref bits, dimensions);
        if (values > MaxAllValues) throw new InvalidDataException($"its residues need {values} numbers");
        for (uint mappings = bits.Read(6) + 1; mappings > 0; mappings--) ReadMapping(ref bits, channels);
        bool[] modes = new bool[bits.Read(6) + 1];
        foreach (ref bool isLong in modes.AsSpan())
        {
            isLong = bits.ReadFlag();
            bits.Skip(16 + 16 + 8);
        }

        return bits.ReadFlag() ? modes : throw new InvalidDataException("the packet is not closed");
    }

    private static int[] ReadBooks(ref VorbisBits bits)
    {
        long allEntries = 0, allValues = 0;
        int[] all = new int[bits.Read(8) + 1];
        for (int i = 0; i < all.Length; i++)
        {
            if (bits.Read(24) != 0x564342) throw new InvalidDataException("a codebook does not start as one");
            int dimensions = (int)bits.Read(16), entries = (int)bits.Read(24);
            (allEntries, allValues) = (allEntries + entries, allValues + (long)entries * dimensions);
            bool isPossible = dimensions > 0 && entries is > 0 and <= MaxEntries;
            if (!isPossible || allEntries > MaxAllEntries || allValues > MaxAllValues)
                throw new InvalidDataException($"a codebook has {entries} entries of {dimensions} numbers");
            ReadLengths(ref bits, entries);
            ReadValues(ref bits, entries, dimensions);
            all[i] = dimensions;
        }

        return all;
    }

    private static void ReadLengths(ref VorbisBits bits, int entries)
    {
        if (bits.ReadFlag())
        {
            bits.Skip(5);
            for (int left = entries, length = 1; left > 0; length++)
            {
                int count = (int)bits.Read(BitLength(left));
                if (count > left || length > 32) throw new InvalidDataException("the codes of a codebook are not possible");
                left -= count;
            }

            return;
        }

        bool isSparse = bits.ReadFlag();
        for (int i = 0; i < entries; i++)
        {
            if (!isSparse || bits.ReadFlag()) bits.Skip(5);
        }
    }

    private static void ReadValues(ref VorbisBits bits, int entries, int dimensions)
    {
        uint lookup = bits.Read(4);
        if (lookup == 0) return;
        if (lookup > 2) throw new InvalidDataException($"a codebook has lookup type {lookup}");
        bits.Skip(32 + 32);
        uint width = bits.Read(4) + 1;
        bits.Skip(1);
        long count = lookup == 2 ? (long)entries * dimensions : (long)Math.Pow(entries, 1.0 / dimensions);
        if (lookup == 1 && Math.Pow(count + 1, dimensions) <= entries) count++; // the root is rounded
        bits.Skip(count * width);
    }

    private static void ReadFloor(ref VorbisBits bits)
    {
        if (bits.Read(16) != 1) throw new NotSupportedException("its floors are not of type 1, as all encoders since 2002 write them");
        uint[] classes = new uint[bits.Read(5)];
        foreach (ref uint one in classes.AsSpan()) one = bits.Read(4);
        uint[] dimensions = new uint[classes.Length == 0 ? 0 : classes.Max() + 1];
        foreach (ref uint one in dimensions.AsSpan())
        {
            one = bits.Read(3) + 1;
            int subclasses = (int)bits.Read(2);
            bits.Skip((subclasses > 0 ? 8 : 0) + (8 << subclasses));
        }

        bits.Skip(2);
        uint width = bits.Read(4);
        foreach (uint one in classes) bits.Skip(dimensions[one] * width);
    }

    /// <summary>Numbers in the table that NVorbis makes of it: one for each dimension of each value of its book of classes.</summary>
    private static double ReadResidue(ref VorbisBits bits, int[] dimensions)
    {
        if (bits.Read(16) > 2) throw new InvalidDataException("a residue is of an unknown type");
        bits.Skip(24 + 24 + 24);
        uint[] cascade = new uint[bits.Read(6) + 1];
        uint book = bits.Read(8);
        if (book >= dimensions.Length) throw new InvalidDataException($"a residue is of codebook {book}, of {dimensions.Length}");
        foreach (ref uint one in cascade.AsSpan()) one = bits.Read(3) | (bits.ReadFlag() ? bits.Read(5) << 3 : 0);
        bits.Skip(8 * cascade.Sum(BitOperations.PopCount));
        return dimensions[book] * Math.Pow(cascade.Length, dimensions[book]);
    }

    private static void ReadMapping(ref VorbisBits bits, int channels)
    {
        if (bits.Read(16) != 0) throw new InvalidDataException("a mapping is of an unknown type");
        uint submaps = bits.ReadFlag() ? bits.Read(4) + 1 : 1;
        if (submaps > 1) throw new NotSupportedException("its channels are coded in groups, which NVorbis decodes to noise");
        if (bits.ReadFlag()) bits.Skip(2L * BitLength(channels - 1) * (bits.Read(8) + 1));
        bits.Skip(2 + submaps * (8 + 8 + 8));
    }

    private static int BitLength(int value) => 32 - BitOperations.LeadingZeroCount((uint)value);
}
