namespace AudioBsq.Decoding;

/// <summary>The two checksums of FLAC frames (RFC 9639, sections 9.1.8 and 9.3): both start at 0 and take the highest bit first.</summary>
internal static class FlacCrc
{
    private const int Slices = 8;

    private static readonly byte[] Table8 = [.. Enumerable.Range(0, 256).Select(i => (byte)Shift(i, 8, 0x07))];
    private static readonly ushort[][] Tables16 = MakeTables16();

    /// <summary>Checksum of a frame header, x⁸ + x² + x + 1.</summary>
    public static byte Crc8(ReadOnlySpan<byte> bytes)
    {
        byte crc = 0;
        foreach (byte b in bytes) crc = Table8[crc ^ b];
        return crc;
    }

    /// <summary>
    /// Continues the checksum of a frame, x¹⁶ + x¹⁵ + x² + 1. Eight bytes at a time, because every byte passes through here.
    /// </summary>
    public static ushort Crc16(ushort crc, ReadOnlySpan<byte> bytes)
    {
        ushort[][] t = Tables16;
        ushort[] t0 = t[0], t1 = t[1], t2 = t[2], t3 = t[3], t4 = t[4], t5 = t[5], t6 = t[6], t7 = t[7];
        for (; bytes.Length >= Slices; bytes = bytes[Slices..])
        {
            crc = (ushort)(t7[bytes[0] ^ crc >> 8] ^ t6[bytes[1] ^ crc & 0xFF] ^ t5[bytes[2]] ^ t4[bytes[3]]
                ^ t3[bytes[4]] ^ t2[bytes[5]] ^ t1[bytes[6]] ^ t0[bytes[7]]);
        }

        foreach (byte b in bytes) crc = (ushort)(crc << 8 ^ t0[crc >> 8 ^ b]);
        return crc;
    }

    // Slice n holds the checksum of a byte followed by n zero bytes.
    private static ushort[][] MakeTables16()
    {
        var tables = new ushort[Slices][];
        tables[0] = [.. Enumerable.Range(0, 256).Select(i => (ushort)Shift(i << 8, 16, 0x8005))];
        for (int n = 1; n < Slices; n++) tables[n] = Array.ConvertAll(tables[n - 1], crc => (ushort)(crc << 8 ^ tables[0][crc >> 8]));
        return tables;
    }

    private static int Shift(int value, int width, int polynomial)
    {
        for (int bit = 0; bit < 8; bit++) value = (value << 1) ^ ((value >> (width - 1) & 1) * polynomial);
        return value;
    }
}
