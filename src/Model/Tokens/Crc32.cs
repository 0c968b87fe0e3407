namespace AudioBsq.Tokens;

/// <summary>CRC-32 as in zip and PNG (ISO 3309): reflected polynomial 0xEDB88320, all bits inverted at the start and at the end.</summary>
internal static class Crc32
{
    private static readonly uint[] Table = [.. Enumerable.Range(0, 256).Select(value => EntryOf((uint)value))];

    public static uint Of(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        foreach (byte value in bytes) crc = (crc >> 8) ^ Table[(byte)(crc ^ value)];
        return ~crc;
    }

    private static uint EntryOf(uint value)
    {
        for (int bit = 0; bit < 8; bit++) value = (value >> 1) ^ ((value & 1) * 0xEDB88320);
        return value;
    }
}
